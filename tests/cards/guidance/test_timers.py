"""Section 11: the days on which letter and reports are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cards.facts import Facts, Finding
from cards.guidance import DueDates, assess, due_dates
from cards.guidance.days import later, length
from cards.policy import Policy
from tests.cards.guidance.cases import TODAY

EXAM, SIGNED = date(2026, 4, 1), date(2026, 4, 20)
FACTS = Facts(exam_type="diagnostic", findings=(Finding(),))


def dates(exam: date | None = EXAM, signed: date | None = SIGNED, **members: object) -> DueDates:
    """Judge a report and date what is due."""
    return due_dates(assess(replace(FACTS, **members), Policy(), TODAY), exam, signed)  # type: ignore[arg-type]


def test_thirty_days_run_from_the_exam():
    """R-RG-01: letter and report within 30 days of the exam date."""
    assert dates() == DueDates(date(2026, 5, 1), date(2026, 5, 1), None)


def test_seven_days_run_from_the_sign_off():
    """R-RG-02: with 4x or 5 within 7 days of the final interpretation."""
    assert dates(assessment_overall="4A") == DueDates(date(2026, 4, 27), date(2026, 4, 27), None)


def test_the_earlier_day_holds_where_both_run():
    """A late sign-off does not move the 30 days from the exam."""
    assert dates(signed=date(2026, 4, 29), assessment_overall="5").lay_summary == date(2026, 5, 1)


def test_waiting_for_priors_ends_thirty_days_after_the_first_report():
    """R-RG-03: the follow-up report is due whether or not the priors arrive."""
    assert dates(assessment_overall="0P").follow_up_report == date(2026, 5, 20)


def test_a_changed_category_starts_the_clock_again():
    """R-RG-05: an amended report with another category counts from its own sign-off."""
    changed = dates(report_status="amended", previous_assessment="1")
    assert changed.lay_summary == date(2026, 5, 20)
    same = dates(report_status="amended", previous_assessment="2")
    assert same.lay_summary == date(2026, 5, 1)


def test_without_a_starting_day_nothing_is_dated():
    """A missing exam date gives no date instead of a guessed one."""
    assert dates(exam=None) == DueDates(None, None, None)
    assert dates(report_status="preliminary") == DueDates(None, None, None)


@pytest.mark.parametrize(("one", "other"), [("P12M", "P1Y"), ("P2W", "P14D"), ("P2Y", "P24M")])
def test_durations_are_compared_by_length(one: str, other: str):
    """P12M equals P1Y."""
    assert length(one) == length(other)


def test_a_text_that_is_no_duration_has_no_length():
    """Neither words nor nothing count as a duration, and no day can be told from them."""
    assert [length(text) for text in ("soon", "", "P")] == [None, None, None]
    with pytest.raises(ValueError, match="'soon' is no ISO 8601 duration"):
        later(EXAM, "soon")


def test_a_day_beyond_the_calendar_is_its_last_day():
    """Counting on never raises for a duration that is too long."""
    assert later(EXAM, "P9999Y") == date.max
    assert later(date(2026, 1, 31), "P1M") == date(2026, 2, 28)
