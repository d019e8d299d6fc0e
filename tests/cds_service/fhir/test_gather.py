"""Data are taken from the context and the prefetch, and what did not come is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cds_service.errors import BadRequest, BodyTooLarge, DataMissing
from cds_service.fhir.gather import gather
from cds_service.fhir.gathered import Gathered
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.services import PATIENT_VIEW, REPORT_SIGN
from tests.cds_service.golden import (
    EMPTY_SEARCH,
    OPERATION_OUTCOME,
    VIEWING,
    golden_request,
    prefetched_request,
    resources_of,
)

Change = Callable[[Any], object]


def gathered(body: Any, service: Any = REPORT_SIGN, max_entries: int = 10_000) -> Gathered:
    """Parse a request and gather its data."""
    return gather(parse_hook_request(body, service), service, max_entries)


@pytest.mark.requirement("CH-078")
def test_a_key_nobody_asked_for_is_ignored() -> None:
    """Other services' keys do no harm, whatever they hold."""
    body = golden_request() | {"prefetch": {"medications": "123"}}
    assert gathered(body) == gathered(golden_request())


@pytest.mark.requirement("CH-076", "CH-079")
@pytest.mark.parametrize("report", [None, {}, EMPTY_SEARCH, OPERATION_OUTCOME, "absent"])
def test_without_the_report_no_answer_is_possible(report: object) -> None:
    """Absent, null, empty or failed: without the signed report it is a 412."""
    body = prefetched_request()
    del body["prefetch"]["reports"]
    if report == "absent":
        del body["prefetch"]["report"]
    else:
        body["prefetch"]["report"] = report
    with pytest.raises(DataMissing) as refused:
        gathered(body)
    assert refused.value.expression == "prefetch.report"


def test_the_report_may_come_among_the_patients_reports() -> None:
    """A failed read does no harm when the search brought the report; the failure is said."""
    body = prefetched_request()
    body["prefetch"]["report"] = OPERATION_OUTCOME
    assert [problem.location for problem in gathered(body).missing] == ["prefetch.report"]


def test_a_failed_read_of_the_report_does_not_matter_when_the_context_has_it() -> None:
    """With the report in the context nothing is missing."""
    body = golden_request() | {"prefetch": {"report": OPERATION_OUTCOME}}
    assert gathered(body).missing == ()


@pytest.mark.requirement("CH-071", "CH-072", "CH-073")
@pytest.mark.parametrize("key", ["patient", "observations", "reports", "orders", "conditions", "procedures"])
@pytest.mark.parametrize("value", [None, {}, EMPTY_SEARCH, "absent"])
def test_optional_keys_may_be_absent_null_or_empty(key: str, value: object) -> None:
    """No optional key is needed, and nothing is reported missing for it."""
    body = prefetched_request()
    if value == "absent":
        del body["prefetch"][key]
    else:
        body["prefetch"][key] = value
    assert gathered(body).missing == ()


@pytest.mark.requirement("CH-074")
@pytest.mark.parametrize("key", ["patient", "observations", "reports", "orders", "conditions", "procedures"])
def test_a_failed_optional_key_is_said(key: str) -> None:
    """An OperationOutcome in place of optional data makes the answer incomplete, not impossible."""
    body = prefetched_request()
    body["prefetch"][key] = OPERATION_OUTCOME
    assert [(each.location, each.code) for each in gathered(body).missing] == [
        (f"prefetch.{key}", "operation-outcome")
    ]


@pytest.mark.parametrize(("value", "came"), [(None, True), (EMPTY_SEARCH, True), (OPERATION_OUTCOME, False)])
def test_only_what_came_whole_is_named_as_received(value: object, came: bool) -> None:
    """Gathered.received names the keys of which everything came."""
    body = prefetched_request()
    body["prefetch"]["procedures"] = value
    del body["prefetch"]["patient"]
    others = {"report", "observations", "reports", "orders", "conditions"}
    assert gathered(body).received == (others | {"procedures"} if came else others)


@pytest.mark.parametrize("reports", ["absent", OPERATION_OUTCOME])
def test_patient_view_needs_the_search_for_reports(reports: object) -> None:
    """Without it nothing can be said: 412."""
    body = golden_request(VIEWING)
    body["prefetch"]["reports"] = reports
    if reports == "absent":
        del body["prefetch"]["reports"]
    with pytest.raises(DataMissing) as refused:
        gathered(body, PATIENT_VIEW)
    assert refused.value.expression == "prefetch.reports"


def test_a_key_that_did_not_come_is_told_from_one_that_found_nothing() -> None:
    """What nobody sent is named, so that the card can say that it was not looked at."""
    body = prefetched_request()
    del body["prefetch"]["reports"]
    body["prefetch"]["procedures"] = EMPTY_SEARCH
    got = gathered(body)
    assert "reports" in got.not_sent
    assert "procedures" not in got.not_sent


@pytest.mark.requirement("CH-073", "CH-079")
@pytest.mark.parametrize("reports", [None, EMPTY_SEARCH])
def test_a_search_that_found_nothing_is_an_answer(reports: object) -> None:
    """On patient-view no report at all is a fact about the patient."""
    body = golden_request(VIEWING)
    body["prefetch"]["reports"] = reports
    assert gathered(body, PATIENT_VIEW).missing == ()


def test_context_comes_before_prefetch() -> None:
    """The report in the context is the first thing the reader sees."""
    body = golden_request() | {"prefetch": prefetched_request()["prefetch"]}
    kinds = [each["resourceType"] for each in gathered(body).resources]
    assert kinds == ["Bundle", "DiagnosticReport", "Patient", "Bundle", "Bundle", "Bundle", "Bundle"]


def rename_report(body: Any) -> None:
    """Give the report in the context another id."""
    resources_of(body, "DiagnosticReport")[0]["id"] = "another"


def repeat_report(body: Any) -> None:
    """Put the report into the context twice."""
    body["context"]["report"]["entry"].append(body["context"]["report"]["entry"][0])


@pytest.mark.requirement("CH-061")
@pytest.mark.parametrize("change", [rename_report, repeat_report])
def test_the_context_holds_exactly_the_report_it_names(change: Change) -> None:
    """No report or two of them with the id of the context: 400."""
    body = golden_request()
    change(body)
    with pytest.raises(BadRequest) as refused:
        gathered(body)
    assert refused.value.expression == "context.report"


def test_another_report_in_the_prefetch_is_refused() -> None:
    """A prefetched report whose id is not the one in the context: 400."""
    body = prefetched_request()
    body["prefetch"]["report"]["id"] = "another"
    with pytest.raises(BadRequest) as refused:
        gathered(body)
    assert refused.value.expression == "prefetch.report.id"


def test_another_resource_in_place_of_the_report_is_refused() -> None:
    """A Patient under the key report: 400."""
    body = prefetched_request()
    body["prefetch"]["report"] = {"resourceType": "Patient", "id": "pat-003"}
    with pytest.raises(BadRequest) as refused:
        gathered(body)
    assert refused.value.expression == "prefetch.report"


def point(kind: str, reference: object) -> Change:
    """Make a change that gives the first resource of a type another subject."""
    return lambda body: resources_of(body, kind)[0].update(subject=reference)


@pytest.mark.requirement("CH-061")
@pytest.mark.parametrize(
    ("expression", "change"),
    [
        ("DiagnosticReport.subject", point("DiagnosticReport", {"reference": "Patient/other"})),
        ("Observation.subject", point("Observation", {"reference": "Patient/other"})),
        ("Observation.subject", point("Observation", {"reference": "https://a.example/fhir/Patient/other"})),
        ("Observation.subject", point("Observation", {"reference": "Group/pat-003"})),
        ("Observation.subject", point("Observation", {"reference": "Patient/pat-0034"})),
        ("Observation.subject", point("Observation", {"reference": "urn:uuid:unknown"})),
        ("Observation.subject", point("Observation", {"reference": 5})),
        ("ServiceRequest.subject", point("ServiceRequest", {"reference": "Patient/other"})),
        ("Patient.id", lambda body: resources_of(body, "Patient")[0].update(id="other")),
    ],
)
def test_another_patients_data_are_refused(expression: str, change: Change) -> None:
    """One resource of another patient is enough: 400, and the element is named."""
    body = golden_request()
    change(body)
    with pytest.raises(BadRequest) as refused:
        gathered(body)
    assert refused.value.expression == expression
    assert "other" not in refused.value.diagnostics.replace("another", "")


@pytest.mark.parametrize(
    "reference",
    [
        {"reference": "Patient/pat-003/_history/4"},
        {"reference": "https://ehr.example.org/fhir/Patient/pat-003"},
        {"reference": "urn:uuid:pat-003"},
        {"reference": "urn:uuid:in-the-bundle"},
        {"reference": "#contained"},
        {"identifier": {"system": "https://ehr.example.org/mrn", "value": "1"}},
        None,
        "a string",
    ],
)
def test_the_same_patient_is_known_in_every_form(reference: object) -> None:
    """Absolute, versioned, urn and contained references to the patient are no mismatch."""
    body = golden_request()
    for entry in body["context"]["report"]["entry"]:
        if entry["resource"]["resourceType"] == "Patient":
            entry["fullUrl"] = "urn:uuid:in-the-bundle"
    point("Observation", reference)(body)
    assert gathered(body).missing == ()


@pytest.mark.requirement("CH-062")
def test_too_many_resources_are_refused() -> None:
    """The number of resources in one request has a limit: 413."""
    with pytest.raises(BodyTooLarge):
        gathered(golden_request(), max_entries=8)
