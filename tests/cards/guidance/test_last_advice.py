"""What a report advised last and how it stands, while its patient is viewed (R-TR-01 to R-TR-06)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cards.facts import Facts
from cards.guidance import FiredRule, Guidance, assess
from cards.guidance.moments import for_moment
from cards.policy import Policy
from cards.reading.reading import LaterExam, Sources
from tests.cards.guidance.test_order_check import (
    BENIGN,
    EXAM,
    PROBABLY_BENIGN,
    RECALLED,
    RIGHT,
    SIGNED,
    SUSPICIOUS,
)


def viewed(facts: Facts, today: str, policy: Policy | None = None, **found: object) -> Guidance:
    """The guidance of a report of 10 March 2026 on a later day."""
    sources = Sources(exam_date=EXAM, signed_date=SIGNED, **found)  # type: ignore[arg-type]
    chosen, day = policy or Policy(), date.fromisoformat(today)
    return for_moment(assess(facts, chosen, day), sources, chosen, day, "viewing")


def tracked(guidance: Guidance) -> list[FiredRule]:
    """The tracking rules that fired."""
    return [rule for rule in guidance.rules if rule.id.startswith("R-TR-")]


@pytest.mark.parametrize(
    ("facts", "today", "rule", "state", "indicator", "due"),
    [
        (PROBABLY_BENIGN, "2026-05-04", "R-TR-03", "open", "info", "2026-09-10"),
        (PROBABLY_BENIGN, "2026-09-10", "R-TR-03", "due", "info", "2026-09-10"),
        (PROBABLY_BENIGN, "2026-10-10", "R-TR-03", "overdue", "warning", "2026-09-10"),
        (PROBABLY_BENIGN, "2026-12-09", "R-TR-03", "escalated", "warning", "2026-09-10"),
        (RECALLED, "2026-05-04", "R-TR-01", "overdue", "warning", "2026-03-25"),
        (SUSPICIOUS, "2026-03-12", "R-TR-04", "open", "info", "2026-03-25"),
        (BENIGN, "2026-05-04", "R-TR-06", "open", "info", "2027-03-10"),
    ],
)
def test_what_was_advised_last_is_tracked(
    facts: Facts, today: str, rule: str, state: str, indicator: str, due: str
):
    """The rule of the report's own category fires, louder once the follow-up looks overdue."""
    guidance = viewed(facts, today)
    (fired,) = tracked(guidance)
    assert (fired.id, fired.inputs["state"], fired.indicator) == (rule, state, indicator)
    assert fired.inputs["due"] == due
    assert guidance.max_indicator == max(indicator, assess(facts, Policy(), EXAM).max_indicator)


def test_prior_images_are_tracked_by_their_own_rule():
    """R-TR-02: a category 0 for priors is due after 30 days."""
    facts = replace(RECALLED, assessment_overall="0P", recommendation=("prior_comparison",))
    (fired,) = tracked(viewed(facts, "2026-03-12"))
    assert (fired.id, fired.inputs["due"]) == ("R-TR-02", "2026-04-10")


def test_a_result_without_a_statement_of_fit_is_tracked_from_the_result():
    """R-TR-05: due seven days after the pathology."""
    biopsied = replace(RIGHT, biopsy_result="benign")
    facts = replace(BENIGN, exam_type="biopsy_correlation", findings=(biopsied,))
    (fired,) = tracked(viewed(facts, "2026-04-20", pathology_dates={"F1": date(2026, 4, 1)}))
    assert (fired.id, fired.inputs["due"], fired.inputs["state"]) == ("R-TR-05", "2026-04-08", "overdue")


def test_a_later_exam_that_is_no_screening_settles_a_surveillance_step():
    """What was done is said as done, with its day, and warns of nothing."""
    later = (LaterExam("DiagnosticReport/2", date(2026, 9, 20), "diagnostic"),)
    (fired,) = tracked(viewed(PROBABLY_BENIGN, "2027-05-04", later_exams=later))
    assert (fired.inputs["state"], fired.inputs["done"], fired.indicator) == ("done", "2026-09-20", "info")


def test_the_shorter_of_the_stated_and_the_usual_interval_counts():
    """A longer interval in the report does not delay what is usually due."""
    long = replace(PROBABLY_BENIGN, recommended_interval="P12M")
    short = replace(PROBABLY_BENIGN, recommended_interval="P3M")
    assert tracked(viewed(long, "2026-05-04"))[0].inputs["due"] == "2026-09-10"
    assert tracked(viewed(short, "2026-05-04"))[0].inputs["due"] == "2026-06-10"


def test_a_category_without_a_follow_up_and_a_muted_rule_are_not_tracked():
    """Category 6 has no row in section 17; a site that mutes a rule gets none."""
    assert tracked(viewed(replace(PROBABLY_BENIGN, assessment_overall="6"), "2026-05-04")) == []
    muted = Policy(muted=frozenset({"R-TR-03"}))
    assert tracked(viewed(PROBABLY_BENIGN, "2027-05-04", muted)) == []


def test_before_the_signature_no_timer_runs():
    """Timers of section 11 start with the signature."""
    guidance = assess(SUSPICIOUS, Policy(), EXAM)
    reviewed = for_moment(guidance, Sources(), Policy(), EXAM, "before_signature")
    assert (guidance.lay_summary_due, guidance.resolution_due) != (None, None)
    assert (reviewed.lay_summary_due, reviewed.provider_report_due, reviewed.resolution_due) == (None,) * 3
    assert [rule.id for rule in reviewed.rules if rule.id.startswith("R-RG-")] == []
    assert reviewed.concordance == guidance.concordance


def test_after_the_signature_the_guidance_stays_as_it_is():
    """Tracking and order checks belong to other moments."""
    guidance = assess(SUSPICIOUS, Policy(), EXAM)
    assert for_moment(guidance, Sources(), Policy(), EXAM, "after_signature") is guidance
