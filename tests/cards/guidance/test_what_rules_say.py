"""What stands beside a rule that fired, and what a report advised, by examples a person can follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cards.facts import Facts, Finding
from cards.guidance import CITATIONS, Guidance, assess
from cards.guidance.last_advice import last_advice
from cards.policy import Policy
from cards.reading.reading import Biopsy, Sources
from tests.cards.guidance.test_order_check import (
    EXAM,
    PROBABLY_BENIGN,
    SIGNED,
    SUSPICIOUS,
    TODAY,
    checked,
    order,
)

AMORPHOUS = Finding("F1", "left", ("amorphous",), "grouped")
REPORT = Facts(exam_type="diagnostic", assessment_overall="4A", findings=(AMORPHOUS,))


def inputs(facts: Facts, rule: str) -> list[dict[str, object]]:
    """The inputs with which a rule fired."""
    guidance: Guidance = assess(facts, Policy(), TODAY)
    return [dict(one.inputs) for one in guidance.rules if one.id == rule]


def test_every_citation_says_where_it_is_found():
    """A citation is a text that people can look up, never an empty one."""
    assert [one.id for one in CITATIONS.values() if not one.text] == []


def test_an_unknown_arrangement_is_shown_as_it_was_coded():
    """R-DQ-05 names the codes that no table knows, of shape and of arrangement."""
    odd = replace(AMORPHOUS, distribution="http://x|starry")
    assert inputs(replace(REPORT, findings=(odd,)), "R-DQ-05") == [
        {"morphology": (), "distribution": "http://x|starry"}
    ]


@pytest.mark.parametrize(("change", "describes"), [("new", "yes"), ("stable", "no")])
def test_a_change_against_the_earlier_report_shows_both_sides(change: str, describes: str):
    """R-PR-02 says what is coded now and whether the earlier report describes the finding."""
    one = replace(AMORPHOUS, change=change, prior_report_describes=describes)
    assert inputs(replace(REPORT, findings=(one,)), "R-PR-02") == [
        {"change": change, "prior_report_describes": describes}
    ]


def test_several_findings_of_a_breast_are_named_with_the_driving_one():
    """R-AG-01: which findings were judged together and which of them decides."""
    benign = Finding("F2", "left", ("coarse_popcorn",), "grouped")
    assert inputs(replace(REPORT, findings=(AMORPHOUS, benign)), "R-AG-01") == [
        {"findings": ("F1", "F2"), "driving": ("F1",)}
    ]


@pytest.mark.parametrize(("side", "known"), [("left", "left"), ("bilateral", "both"), ("missing", "both")])
def test_a_proven_cancer_without_a_side_may_be_in_either_breast(side: str, known: str):
    """R-CX-01 shows in which breast the cancer counts: without a side in both."""
    cancer = Finding("F2", side, ("amorphous",), "grouped", biopsy_result="dcis")
    near = replace(AMORPHOUS, near_known_cancer=True)
    (shown,) = inputs(replace(REPORT, findings=(near, cancer)), "R-CX-01")
    assert shown["known_cancer_side"] == known


def test_tissue_taken_on_the_day_of_the_exam_settles_its_advice():
    """A biopsy may follow on the same day; one of the day before belongs to an earlier exam."""
    for day, done in ((EXAM, EXAM), (date(2026, 3, 9), None)):
        sources = Sources(exam_date=EXAM, signed_date=SIGNED, biopsies=(Biopsy("Procedure/1", day, "right"),))
        guidance = assess(SUSPICIOUS, Policy(), TODAY)
        assert [one.done for one in last_advice(guidance, sources, Policy(), TODAY, own=True)] == [done]


def test_a_higher_category_of_a_breast_without_a_finding_is_advice_for_that_breast():
    """The right breast is followed; the left one was called 4B for something else."""
    facts = replace(PROBABLY_BENIGN, assessment_overall="4B", assessment_left="4B", assessment_right="3")
    guidance = assess(facts, Policy(), TODAY)
    sources = Sources(exam_date=EXAM, signed_date=SIGNED)
    advised = last_advice(guidance, sources, Policy(), TODAY, own=True)
    assert [(one.category, one.sides) for one in advised] == [
        ("4B", frozenset(("left",))),
        ("3", frozenset(("right",))),
    ]


def test_an_order_is_compared_with_what_the_guidance_asks_for():
    """A report that calls suspicious specks benign advised screening; an order for it is questioned."""
    under_called = replace(SUSPICIOUS, assessment_overall="2", recommendation=("routine_screening",))
    (fired,) = checked(under_called, order("screening"))
    assert (fired.id, fired.inputs["event"]) == ("R-OS-04", "biopsy")


def test_an_order_for_the_other_side_is_questioned_without_any_day():
    """Without the days of exam and signature nothing is due on a day, and the side still counts."""
    sources = {"exam_date": None, "signed_date": None}
    (fired,) = checked(SUSPICIOUS, order("biopsy", "left"), **sources)
    assert (fired.id, fired.inputs["due"], fired.inputs["overdue"]) == ("R-OS-03", None, None)
