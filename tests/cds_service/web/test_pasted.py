"""What a person pastes becomes the body of a hook call, or a refusal that has a sentence."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cds_service.settings import Settings
from cds_service.web.pasted import hook_body
from cds_service.web.refused import Refused
from cds_service.web.words import words
from tests.cds_service.golden import golden_request

SETTINGS = Settings()


def body_of(pasted: Any) -> Any:
    """The hook call of something pasted."""
    return hook_body(orjson.dumps(pasted), SETTINGS)


def test_a_request_is_taken_as_it_is():
    """A whole request is sent unchanged."""
    assert body_of(golden_request()) == golden_request()


def test_a_bundle_becomes_a_sign_off():
    """A Bundle with a report becomes its sign-off, with the ids of the report and its patient."""
    bundle = golden_request()["context"]["report"]
    made = body_of(bundle)
    assert made["hook"] == "report-sign"
    assert made["context"]["report"] == bundle | {"type": "collection"}
    assert (made["context"]["reportId"], made["context"]["patientId"]) == ("mg-003", "pat-003")


def test_the_latest_of_several_reports_is_signed():
    """Of several reports in a Bundle the latest exam is the one that was signed."""
    entries = [
        {
            "resource": {
                "resourceType": "DiagnosticReport",
                "id": ident,
                "status": "final",
                "effectiveDateTime": day,
            }
        }
        for ident, day in (("a", "2025-01-02"), ("b", "2026-01-02"), ("c", "2024-01-02"))
    ]
    assert body_of({"resourceType": "Bundle", "entry": entries})["context"]["reportId"] == "b"


def test_a_report_alone_becomes_a_sign_off():
    """A DiagnosticReport alone is sent in a Bundle; without ids it gets names of its own."""
    context = body_of({"resourceType": "DiagnosticReport", "status": "final"})["context"]
    assert (context["reportId"], context["patientId"]) == ("report", "patient")


@pytest.mark.parametrize(
    ("subject", "patient"),
    [
        ("Patient/p1", "p1"),
        ("https://ehr.example.org/fhir/Patient/p2/_history/3", "p2"),
        ("urn:uuid:6f1d2c3b-0000-4000-8000-000000000003", "6f1d2c3b-0000-4000-8000-000000000003"),
    ],
)
def test_the_patient_is_the_one_of_the_report(subject: str, patient: str):
    """The patient's id is taken from the report's subject, however it is referred to."""
    report = {"resourceType": "DiagnosticReport", "id": "r", "subject": {"reference": subject}}
    assert body_of(report)["context"]["patientId"] == patient


@pytest.mark.parametrize(
    ("pasted", "key"),
    [
        (b"", "nothing"),
        (b"   \n", "nothing"),
        (b"\xff\xfe", "not_json"),
        (b"[]", "not_json"),
        (b'{"a": 1, "a": 2}', "not_json"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "not_json"),
        (b"{}", "not_fhir"),
        (b'{"resourceType": 3}', "not_fhir"),
        (b'{"resourceType": "Bundle"}', "no_report"),
        (b'{"resourceType": "Bundle", "entry": 7}', "no_report"),
        (b'{"resourceType": "Bundle", "entry": [null, {"resource": []}]}', "no_report"),
        (b'{"resourceType": "Observation"}', "no_report"),
        (b'"' + b"x" * SETTINGS.max_body_bytes + b'"', "too_large"),
    ],
)
def test_what_cannot_be_read_has_a_sentence(pasted: bytes, key: str):
    """Each kind of bad input is refused under a name that has a sentence in both languages."""
    with pytest.raises(Refused) as refused:
        hook_body(pasted, SETTINGS)
    assert refused.value.key == key
    assert key in words("en")["refused"]
