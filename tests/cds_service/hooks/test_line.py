"""The line from a request to its answer: nothing is silent that was not earned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cards.answer import Answer
from cards.policy import Policy
from cds_service.errors import BadRequest, DataMissing
from cds_service.hooks.line import Line, answer_hook, site_line
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.services import services
from cds_service.settings import Settings
from tests.cds_service.golden import (
    EMPTY_SEARCH,
    OPERATION_OUTCOME,
    VIEWING,
    golden_request,
    prefetched_request,
    resources_of,
)
from tests.golden import golden_ids

Change = Callable[[Any], object]
NEVER_BIOPSIED = "biopsy-advised-last-year-not-done-now-called-benign"
NEXT = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]


@pytest.fixture
def line() -> Line:
    """The line of a site without files of its own."""
    return site_line(Settings(), today=lambda: date(2026, 5, 4), new_id=golden_ids("line"))


def answered(line: Line, body: Any) -> Answer:
    """Answer a request by the service for its hook."""
    [service] = [each for each in services().values() if each.hook == body["hook"]]
    return answer_hook(parse_hook_request(body, service), service, line)


def rules_of(answer: Answer) -> set[str]:
    """Name the rules that fired."""
    assert answer.guidance is not None
    return {rule.id for rule in answer.guidance.rules}


def change_code(body: Any) -> None:
    """Turn every report of a patient-view request into an ultrasound study."""
    for entry in body["prefetch"]["reports"]["entry"]:
        entry["resource"]["code"] = {"coding": [{"system": "http://loinc.org", "code": "24601-7"}]}
        entry["resource"].pop("basedOn", None)
        entry["resource"].pop("imagingStudy", None)


def empty_reports(body: Any) -> None:
    """Let the search for reports find nothing."""
    body["prefetch"]["reports"] = dict(EMPTY_SEARCH)


@pytest.mark.parametrize("change", [change_code, empty_reports])
def test_a_patient_without_a_mammography_report_has_no_guidance(line: Line, change: Change) -> None:
    """Nothing to look at: no card and no guidance."""
    body = golden_request(VIEWING)
    change(body)
    answer = answered(line, body)
    assert (answer.cards, answer.guidance) == ((), None)


@pytest.mark.requirement("CH-075")
@pytest.mark.parametrize("change", [change_code, empty_reports])
def test_an_unread_page_is_no_absence(line: Line, change: Change) -> None:
    """No mammography report on the first page of several: 412, because silence would be a claim."""
    body = golden_request(VIEWING)
    change(body)
    body["prefetch"]["reports"]["link"] = NEXT
    with pytest.raises(DataMissing) as refused:
        answered(line, body)
    assert refused.value.expression == "prefetch.reports"


def fail_observations(body: Any) -> None:
    """Let the read of the Observations fail."""
    body["prefetch"]["observations"] = OPERATION_OUTCOME


def drop_observations(body: Any) -> None:
    """Send no Observations."""
    del body["prefetch"]["observations"]


def page_observations(body: Any) -> None:
    """Send only the first page of Observations."""
    body["prefetch"]["observations"]["link"] = NEXT


@pytest.mark.requirement("CH-074", "CH-075")
@pytest.mark.parametrize("change", [fail_observations, drop_observations, page_observations])
def test_incomplete_data_always_give_a_card(line: Line, change: Change) -> None:
    """R-DQ-14: a result that did not come, a page not read or a failed prefetch is never silent."""
    body = prefetched_request()
    change(body)
    answer = answered(line, body)
    assert answer.cards
    assert "R-DQ-14" in rules_of(answer)


def test_what_did_not_come_is_told_once_with_the_callers_word_for_it(line: Line) -> None:
    """The problem names the prefetch key, not a position in some list."""
    body = prefetched_request()
    page_observations(body)
    answer = answered(line, body)
    assert answer.guidance is not None
    assert [problem.location for problem in answer.guidance.problems] == ["prefetch.observations"]


def test_a_damaged_resource_degrades_alone(line: Line) -> None:
    """R-DQ-15: an Observation that cannot be read leaves the others standing."""
    body = golden_request()
    resources_of(body, "Observation")[1]["component"] = "damaged"
    assert {"R-DQ-15", "R-CC-01"} <= rules_of(answered(line, body))


def test_a_withdrawn_report_gets_no_card(line: Line) -> None:
    """R-SC-02: entered in error, and so said; context.status counts, too."""
    body = golden_request()
    body["context"]["status"] = "entered-in-error"
    answer = answered(line, body)
    assert (answer.cards, rules_of(answer)) == ((), {"R-SC-02"})


def test_silent_mode_evaluates_and_shows_nothing(line: Line) -> None:
    """A site in silent mode gets the guidance without any card."""
    answer = answered(replace(line, policy=Policy(mode="silent")), golden_request())
    assert answer.cards == ()
    assert "R-CC-01" in rules_of(answer)


def test_a_deceased_patient_gets_no_order(line: Line) -> None:
    """R-SP-05: the guidance stays, no card suggests a follow-up."""
    body = golden_request()
    resources_of(body, "Patient")[0]["deceasedDateTime"] = "2026-05-02"
    answer = answered(line, body)
    assert "R-SP-05" in rules_of(answer)
    assert [card.suggestions for card in answer.cards] == [()] * len(answer.cards)


def test_a_document_with_urn_references_reads_like_a_collection(line: Line) -> None:
    """Entries that refer to each other by fullUrl give the same rules."""
    body = golden_request()
    text = {}
    for entry in body["context"]["report"]["entry"]:
        resource = entry["resource"]
        entry["fullUrl"] = f"urn:uuid:{resource['resourceType'].lower()}-{resource['id']}"
        text[f"{resource['resourceType']}/{resource['id']}"] = entry["fullUrl"]

    def point(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("reference") in text:
                value["reference"] = text[value["reference"]]
            for member in value.values():
                point(member)
        elif isinstance(value, list):
            for item in value:
                point(item)

    point(body["context"]["report"])
    assert rules_of(answered(line, body)) == rules_of(answered(line, golden_request()))


@pytest.mark.parametrize("old", ["codedDiagnosis", "image"])
def test_an_older_fhir_version_is_refused(line: Line, old: str) -> None:
    """CH-060: members that only DSTU2 and STU3 have make it a 400."""
    body = golden_request()
    [report, *_] = resources_of(body, "DiagnosticReport")
    report[old] = [{"text": "x"}] if old == "codedDiagnosis" else [{"link": {"reference": "Media/1"}}]
    with pytest.raises(BadRequest) as refused:
        answered(line, body)
    assert refused.value.expression == "context.report"


@pytest.mark.parametrize(("procedures", "fires"), [(EMPTY_SEARCH, True), (OPERATION_OUTCOME, False)])
def test_a_missing_biopsy_is_said_only_when_the_record_came_whole(
    line: Line, procedures: object, fires: bool
) -> None:
    """R-PR-01: an earlier 4B without a biopsy is critical; where procedures failed, nobody can know."""
    body = golden_request(NEVER_BIOPSIED)
    body["prefetch"]["procedures"] = procedures
    assert ("R-PR-01" in rules_of(answered(line, body))) is fires
