"""The addresses of Bundle entries, which some servers write in their own way, lose no resource."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cards.reading import ReportContext, read
from cards.reading.resources import Resources
from tests.cds_service.golden import golden_request

PATIENT = {"resourceType": "Patient", "id": "p"}
OTHER = {"resourceType": "Patient", "id": "q"}


def bundle(*entries: dict[str, Any]) -> dict[str, Any]:
    """Put entries into a Bundle."""
    return {"resourceType": "Bundle", "entry": list(entries)}


def test_a_report_whose_entries_have_relative_addresses_is_read_like_any_other() -> None:
    """``Observation/1`` in place of an absolute fullUrl, or no fullUrl, gives the same facts."""
    request = golden_request()
    context = ReportContext(
        patient_id=request["context"]["patientId"], report_id=request["context"]["reportId"], status="final"
    )
    given = request["context"]["report"]
    bare, relative = copy.deepcopy(given), copy.deepcopy(given)
    for one, other in zip(bare["entry"], relative["entry"], strict=True):
        one.pop("fullUrl", None)
        resource = other["resource"]
        other["fullUrl"] = f"{resource['resourceType']}/{resource['id']}"
    expected = read([bare], context)
    found = read([relative], context)
    assert expected.facts.findings
    assert (found.facts, found.problems) == (expected.facts, expected.problems)


@pytest.mark.parametrize("address", [None, "Patient/p", "https://ehr.example.org/Patient/p"])
def test_a_resource_is_kept_once_and_its_repetition_is_a_version(address: str | None) -> None:
    """However its entry is addressed, a resource is among all, and the second of its name is not."""
    entry = {"resource": PATIENT} | ({} if address is None else {"fullUrl": address})
    kept = Resources([bundle(entry, copy.deepcopy(entry))], [])
    assert (kept.all, kept.of_type("Patient"), kept.versions) == ([PATIENT], [PATIENT], [PATIENT])


def test_an_address_that_names_another_resource_hides_neither() -> None:
    """A wrong fullUrl takes nobody's place: each resource is found by its own type and id."""
    kept = Resources([bundle({"fullUrl": "Patient/q", "resource": PATIENT}, {"resource": OTHER})], [])
    assert (kept.all, kept.versions) == ([PATIENT, OTHER], [])
    assert (kept.find("Patient", "p"), kept.find("Patient", "q")) == (PATIENT, OTHER)
