"""Discovery says what the standard asks for, and its templates are ones that every client can fill."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import parse_qsl

import pytest

from cds_service.hooks.discovery import discovery
from cds_service.hooks.service import Service
from cds_service.hooks.services import services

ALL = tuple(services("org.example.report-sign").values())
TEMPLATES = [
    pytest.param(service, key, template, id=f"{service.id}-{key}")
    for service in ALL
    for key, template in service.prefetch.items()
]
# The context fields that the hook definitions mark as prefetch tokens.
TOKENS = {
    "report-sign": {"userId", "patientId", "encounterId", "reportId"},
    "org.example.report-sign": {"userId", "patientId", "encounterId", "reportId"},
    "report-review": {"userId", "patientId", "encounterId", "reportId"},
    "patient-view": {"userId", "patientId", "encounterId"},
    "order-sign": {"userId", "patientId", "encounterId"},
}


@pytest.mark.requirement("CH-023", "CH-024", "CH-025", "CH-026", "CH-027", "CH-028", "CH-029")
@pytest.mark.parametrize("service", ALL, ids=lambda service: service.id)
def test_a_service_is_described_completely(service: Service) -> None:
    """CH-023 to CH-029, CH-060: every member has its type, and the description says FHIR R4."""
    [entry] = discovery([service])["services"]  # type: ignore[misc]
    assert set(entry) == {"hook", "title", "description", "id", "prefetch", "usageRequirements"}
    texts = [entry[name] for name in ("hook", "title", "description", "id", "usageRequirements")]
    assert all(isinstance(text, str) and text.strip() for text in texts)
    assert "FHIR R4" in entry["description"]
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", entry["id"])
    assert entry["id"] != "feedback"


@pytest.mark.requirement("CH-032")
def test_ids_are_distinct() -> None:
    """CH-032: two services with one id hide each other in some clients."""
    assert len(services("org.example.report-sign")) == 5
    assert len({service.hook for service in ALL}) == 5


@pytest.mark.requirement("CH-197")
def test_the_custom_service_is_offered_only_on_request() -> None:
    """Without a name for the site's own hook there is no service for it."""
    assert list(services()) == [
        "breast-calcification-report-sign",
        "breast-calcification-report-review",
        "breast-calcification-patient-view",
        "breast-calcification-order-sign",
    ]


@pytest.mark.requirement("CH-040", "CH-041", "CH-042", "CH-043", "CH-044", "CH-045", "CH-047")
@pytest.mark.parametrize(("service", "key", "template"), TEMPLATES)
def test_a_template_is_a_read_or_a_plain_search(service: Service, key: str, template: str) -> None:
    """CH-040 to CH-047: reads and type searches from the recommended subset, tokens of the hook."""
    assert re.fullmatch(r"[a-z][A-Za-z0-9]*", key)
    assert re.fullmatch(r"[A-Z][A-Za-z]+(/\S+|\?\S+)", template)
    tokens = re.findall(r"\{\{(.*?)\}\}", template)
    assert tokens
    assert template.count("{{") == template.count("}}") == len(tokens)
    assert {token.removeprefix("context.") for token in tokens} <= TOKENS[service.hook]
    query = parse_qsl(template.partition("?")[2], keep_blank_values=True)
    assert all(count == 1 for count in Counter(name for name, _ in query).values())
    assert {name for name, _ in query} <= {"patient", "status", "_sort", "_count"}


def test_the_key_that_is_needed_is_among_the_templates() -> None:
    """A service can only need what it asks for."""
    assert [service.needed in service.prefetch for service in ALL] == [True] * len(ALL)
