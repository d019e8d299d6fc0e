"""Rules that no worked case names: those of the FHIR line and those without an indicator."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cards.facts import Facts, Finding
from cards.guidance import FiredRule, Guidance, assess
from cards.policy import Policy
from tests.cards.guidance.cases import TODAY

PUNCTATE = Finding()
DIAGNOSTIC = Facts(exam_type="diagnostic", findings=(PUNCTATE,))


def judged(facts: Facts, **said: bool) -> Guidance:
    """Judge facts with the defaults of every switch."""
    return assess(facts, Policy(), TODAY, **said)


def one(guidance: Guidance, rule_id: str) -> FiredRule:
    """Give the only rule fired under an id."""
    (found,) = [entry for entry in guidance.rules if entry.id == rule_id]
    return found


@pytest.mark.parametrize(("said", "rule_id"), [("incomplete", "R-DQ-14"), ("unreadable", "R-DQ-15")])
def test_missing_data_are_said_even_without_a_finding(said: str, rule_id: str):
    """R-DQ-14 and R-DQ-15 fire with info, so that R-SC-01 does not end in silence."""
    guidance = judged(Facts(), **{said: True})
    assert [entry.id for entry in guidance.rules] == [rule_id, "R-SC-01"]
    assert guidance.max_indicator == "info"
    assert judged(DIAGNOSTIC).max_indicator == judged(DIAGNOSTIC, **{said: True}).max_indicator


@pytest.mark.parametrize(
    ("assessment", "fires"),
    [
        ("0", True),
        ("0A", True),
        ("3", True),
        ("4B", True),
        ("5", True),
        ("2", False),
        ("6", False),
        (None, False),
    ],
)
def test_described_but_not_coded_is_said_for_a_category_that_asks_for_something(
    assessment: str | None, fires: bool
):
    """R-SC-07: only with 0, 3, 4x or 5 and without any coded finding."""
    facts = Facts(assessment_overall=assessment)
    fired = {entry.id for entry in judged(facts, described_uncoded=True).rules}
    assert ("R-SC-07" in fired) == fires
    with_finding = judged(replace(facts, findings=(PUNCTATE,)), described_uncoded=True)
    assert "R-SC-07" not in {entry.id for entry in with_finding.rules}


def test_a_deceased_patient_keeps_computed_actions_and_gets_the_rule():
    """R-SP-05 fires without an indicator; actions and interval stay as computed."""
    alive, dead = judged(DIAGNOSTIC), judged(replace(DIAGNOSTIC, deceased=True))
    assert one(dead, "R-SP-05").indicator == "none"
    assert (dead.actions, dead.follow_up_interval) == (alive.actions, alive.follow_up_interval)


@pytest.mark.parametrize(
    ("removed", "laterality", "recommended", "indicator"),
    [
        ("right", "left", None, "none"),
        ("left", "left", None, "warning"),
        ("both", "left", None, "warning"),
        ("right", "bilateral", None, "warning"),
        ("right", "left", "right", "warning"),
        ("right", "left", "left", "none"),
    ],
)
def test_a_finding_or_recommendation_on_a_removed_side_is_questioned(
    removed: str, laterality: str, recommended: str | None, indicator: str
):
    """R-SP-06: a warning when a finding or recommendation lies on the removed side."""
    facts = replace(
        DIAGNOSTIC,
        mastectomy_side=removed,
        recommendation_side=recommended,
        findings=(replace(PUNCTATE, laterality=laterality),),
    )
    assert one(judged(facts), "R-SP-06").indicator == indicator


def test_waiting_for_priors_starts_the_follow_up_report():
    """R-EX-07 and R-RG-03 fire for 0P in either breast."""
    facts = Facts(assessment_overall="2", assessment_right="0P", findings=(PUNCTATE,))
    guidance = judged(facts)
    assert one(guidance, "R-EX-07").indicator == "none"
    assert one(guidance, "R-RG-03").indicator == "none"


def test_category_3_names_the_rule_that_sends_to_surveillance():
    """R-FU-03 fires with the driving category and its side."""
    fired = one(judged(replace(DIAGNOSTIC, assessment_overall="3")), "R-FU-03")
    assert (fired.side, fired.inputs) == ("left", {"driving_category": "3"})


@pytest.mark.parametrize(
    ("status", "exam", "timed"),
    [
        ("final", "diagnostic", True),
        ("amended", "screening", True),
        ("preliminary", "diagnostic", False),
        ("registered", "diagnostic", False),
        ("partial", "diagnostic", False),
        ("unknown", "diagnostic", False),
        ("final", "biopsy_correlation", False),
    ],
)
def test_letters_are_timed_for_finished_reports_only(status: str, exam: str, timed: bool):
    """R-RG-01 runs for every finished mammogram in scope, R-RG-04 for every report."""
    guidance = judged(replace(DIAGNOSTIC, report_status=status, exam_type=exam))
    fired = {entry.id for entry in guidance.rules}
    assert ("R-RG-01" in fired) == timed
    assert "R-RG-04" in fired
    assert guidance.lay_summary_due == guidance.provider_report_due == ("P30D" if timed else None)
