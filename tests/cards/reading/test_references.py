"""How resources find each other: every kind of reference, cycles, gaps, and ten thousand siblings."""

from __future__ import annotations

from typing import Any

import pytest

from cards.reading import ReportContext, read
from tests.cards.reading.report_builder import (
    LEFT,
    RDE,
    Resource,
    category,
    cc,
    codes,
    finding,
    observation,
    question,
    reading,
    report,
)

UUID = "urn:uuid:5f2b1c1e-6a3f-4d0f-9a53-3a3f2a1b0c0d"


def _with_result(*references: Resource) -> Resource:
    return report(result=list(references))[0]


def _found(resources: list[Any]) -> list[tuple[str, ...]]:
    return [one.morphology for one in reading(resources).facts.findings]


@pytest.mark.parametrize(
    "literal",
    [
        "Observation/o1",
        "Observation/o1/_history/3",
        "https://ehr.example.org/fhir/Observation/o1",
        "https://ehr.example.org/fhir/Observation/o1/_history/3",
    ],
)
def test_relative_absolute_and_versioned_references(literal: str) -> None:
    """The type and id at the end decide, wherever the server stands."""
    assert _found([_with_result({"reference": literal}), finding("o1")]) == [("amorphous",)]


def test_entries_are_found_by_their_full_url() -> None:
    """urn:uuid references and resources without an id."""
    own = finding("o1")
    del own["id"]
    entries = [{"resource": _with_result({"reference": UUID})}, {"fullUrl": UUID, "resource": own}]
    assert _found([{"resourceType": "Bundle", "type": "collection", "entry": entries}]) == [("amorphous",)]


def test_contained_observations_are_found() -> None:
    """By #id, and their own members inside the same report."""
    group = observation("g", cc(RDE, "RDES245"), hasMember=[{"reference": "#o1"}])
    head = _with_result({"reference": "#g"}) | {"contained": [group, finding("o1")]}
    assert _found([head]) == [("amorphous",)]


def test_a_logical_reference_finds_its_identifier() -> None:
    """Identifier only."""
    identifier = {"system": "http://example.org/ids", "value": "77"}
    own = finding("o1") | {"identifier": [identifier]}
    assert _found([_with_result({"identifier": identifier}), own]) == [("amorphous",)]


@pytest.mark.parametrize(
    "reference",
    [
        {"reference": "Observation/lost"},
        {"reference": UUID},
        {"identifier": {"value": "1"}},
        {"display": "x"},
        7,
        None,
    ],
)
def test_a_result_that_did_not_come_makes_the_reading_incomplete(reference: Any) -> None:
    """R-DQ-14: named with its place, never silence."""
    found = reading([_with_result(reference)])
    assert (found.facts.findings, found.incomplete) == ((), True)
    assert [problem.location for problem in found.problems] == ["DiagnosticReport/r1.result[0]"]


def test_a_member_that_did_not_come_is_missed_too() -> None:
    """The group came, one of its findings did not."""
    group = observation(
        "g", cc(RDE, "RDES245"), hasMember=[{"reference": "Observation/o1"}, {"reference": "Observation/x"}]
    )
    found = reading([*report(group), finding("o1")])
    assert (len(found.facts.findings), found.incomplete) == (1, True)


@pytest.mark.parametrize(
    ("literal", "missed"), [("Observation/x", True), ("ImagingStudy/x", False), (UUID, True)]
)
def test_only_observations_are_missed_behind_derived_from(literal: str, missed: bool) -> None:
    """Images are not needed to read codes."""
    own = finding("o1", derivedFrom=[{"reference": literal}])
    assert reading(report(own)).incomplete == missed


def test_cycles_end() -> None:
    """Observations that are members of each other, and of themselves."""
    one = finding("o1", hasMember=[{"reference": "Observation/o2"}, {"reference": "Observation/o1"}])
    two = finding("o2", hasMember=[{"reference": "Observation/o1"}])
    assert len(_found([*report(one), two])) in (1, 2)


def test_a_chain_of_five_thousand_groups_is_followed() -> None:
    """Depth is no limit."""
    chain = [
        observation(f"g{n}", cc(RDE, "RDES245"), hasMember=[{"reference": f"Observation/g{n + 1}"}])
        for n in range(5000)
    ]
    chain[-1]["hasMember"] = [{"reference": "Observation/o1"}]
    assert _found([*report(chain[0]), *chain[1:], finding("o1")]) == [("amorphous",)]


@pytest.mark.parametrize("contained", [False, True])
def test_ten_thousand_siblings_are_all_read(contained: bool) -> None:
    """Every one is a finding with the side of the group."""
    prefix = "#" if contained else "Observation/"
    many = [finding(f"o{number}", None) for number in range(10_000)]
    members = [{"reference": f"{prefix}{one['id']}"} for one in many]
    code = cc(
        "http://hl7.org/fhir/us/breast-radiology/CodeSystem/ObservationCodesCS",
        "findingsLeftBreastObservation",
    )
    group = observation("g", code, hasMember=members)
    if contained:
        resources = [_with_result({"reference": "#g"}) | {"contained": [group, *many]}]
    else:
        resources = [*report(group), *many]
    found = reading(resources)
    assert len(found.facts.findings) == 10_000
    assert {one.laterality for one in found.facts.findings} == {"left"}


def test_observations_of_other_reports_never_leak_in() -> None:
    """What came along without being reached, and what another report lists as its result."""
    other = report(finding("old"), ident="r0", effectiveDateTime="2025-05-04")
    unreached = finding("loose")
    summary = question(
        "s", cc("http://snomed.info/sct", "146611000146107"), category("2"), LEFT,
        derivedFrom=[{"reference": "Observation/old"}],
    )  # fmt: skip
    found = reading([*report(summary), *other, unreached])
    assert (found.facts.findings, codes(found)) == ((), {"other-exam"})


def test_a_finding_of_another_day_is_not_derived() -> None:
    """A summary of today may refer to an Observation of last year."""
    old = finding("old", effectiveDateTime="2025-05-04")
    summary = question(
        "s", cc("http://snomed.info/sct", "146611000146107"), category("2"), LEFT,
        derivedFrom=[{"reference": "Observation/old"}], effectiveDateTime="2026-05-04",
    )  # fmt: skip
    assert _found([*report(summary), old]) == []


def test_findings_are_numbered_by_the_results_first() -> None:
    """F1 and F2 stand in result, F3 lies below a group that comes first."""
    group = observation("g", cc(RDE, "RDES245"), hasMember=[{"reference": "Observation/deep"}])
    found = reading([*report(group, finding("a"), finding("b")), finding("deep")])
    assert found.sources.findings == {
        "F1": ("Observation/a",),
        "F2": ("Observation/b",),
        "F3": ("Observation/deep",),
    }


def test_the_latest_report_with_calcifications_is_read_while_viewing() -> None:
    """A later mammogram without calcifications does not hide it; without any, the latest is read."""
    with_finding = report(finding("o1"), ident="r1", effectiveDateTime="2026-01-10")
    older = report(finding("o2"), ident="r2", effectiveDateTime="2025-01-10")
    later = report(ident="r3", effectiveDateTime="2026-03-01")
    withdrawn = report(finding("o4"), ident="r4", effectiveDateTime="2026-04-01", status="entered-in-error")
    viewing = ReportContext(patient_id="p1", moment="viewing")
    assert read([*older, *later, *with_finding, *withdrawn], viewing).sources.report == "DiagnosticReport/r1"
    assert read([*later], viewing).sources.report == "DiagnosticReport/r3"


def test_nothing_to_read() -> None:
    """While viewing there may be no report; a report that was asked for and is missing is incomplete."""
    assert read([], ReportContext(moment="viewing")).facts.exam_type == "not_mammography"
    lost = reading([])
    assert (lost.incomplete, codes(lost)) == (True, {"no-report"})


def test_an_error_in_place_of_data_and_an_unread_page_are_gaps() -> None:
    """OperationOutcome with an error, Bundle with a next link; a warning is neither."""
    for severity, incomplete in (("error", True), ("warning", False)):
        outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": severity}]}
        assert reading([*report(), outcome]).incomplete == incomplete
    page = {"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": "x"}]}
    assert reading([*report(), page]).incomplete


@pytest.mark.parametrize("literal", [None, "", " \n"])
def test_a_reference_without_an_address_is_told_in_a_sentence(literal: str | None) -> None:
    """Where there is no address to show, the text says so."""
    found = reading([_with_result({"reference": literal})])
    assert [one.text for one in found.problems] == ["A reference without an address did not come along."]
