"""Section 17: states of what earlier reports advised."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cards.guidance import FollowUp, Tracked, advised_by, track
from cards.guidance.tracking import TRACKING
from cards.policy import Policy
from cards.reading.reading import EarlierReport

EXAM = date(2026, 1, 1)
SIGNED = date(2026, 1, 3)


def tracked(follow_up: FollowUp, today: date, policy: Policy | None = None) -> Tracked:
    """Track one follow-up."""
    (found,) = track([follow_up], policy or Policy(), today)
    return found


@pytest.mark.parametrize(
    ("rule", "interval", "due", "overdue", "escalate"),
    [
        ("R-TR-01", None, date(2026, 1, 17), date(2026, 2, 2), date(2026, 3, 4)),
        ("R-TR-02", None, date(2026, 2, 2), date(2026, 2, 2), date(2026, 2, 2)),
        ("R-TR-03", "P6M", date(2026, 7, 1), date(2026, 7, 31), date(2026, 9, 29)),
        ("R-TR-04", None, date(2026, 1, 17), date(2026, 2, 2), date(2026, 3, 4)),
        ("R-TR-05", None, date(2026, 1, 10), date(2026, 1, 17), date(2026, 2, 2)),
        ("R-TR-06", "P1Y", date(2027, 1, 1), date(2027, 4, 1), date(2027, 7, 1)),
        ("R-TR-07", "P30D", date(2026, 1, 31), date(2026, 1, 31), date(2026, 1, 31)),
        ("R-TR-07", "P7D", date(2026, 1, 10), date(2026, 1, 10), date(2026, 1, 10)),
    ],
)
def test_each_event_has_its_days(rule: str, interval: str | None, due: date, overdue: date, escalate: date):
    """Due, overdue and escalation fall on the days of section 17, and the state follows them."""
    follow_up = FollowUp(rule, EXAM, SIGNED, interval)
    found = tracked(follow_up, EXAM)
    assert (found.due, found.overdue, found.escalate) == (due, overdue, escalate)
    assert found.state == "open"
    assert tracked(follow_up, due - timedelta(days=1)).state == "open"
    assert tracked(follow_up, due).state == ("due" if due < overdue else "escalated")
    assert tracked(follow_up, escalate - timedelta(days=1)).state == (
        "overdue" if overdue < escalate else "open"
    )
    assert tracked(follow_up, escalate).state == "escalated"


def test_what_is_done_stays_done():
    """A follow-up with a day of completion is done, whatever the date."""
    done = FollowUp("R-TR-04", EXAM, SIGNED, done=date(2026, 1, 20), reference="DiagnosticReport/r1")
    found = tracked(done, date(2030, 1, 1))
    assert (found.state, found.reference, found.event) == ("done", "DiagnosticReport/r1", "biopsy")


@pytest.mark.parametrize(
    "follow_up",
    [
        FollowUp("R-TR-06", EXAM, SIGNED),
        FollowUp("R-TR-03", None, SIGNED, "P6M"),
        FollowUp("R-TR-03", EXAM, SIGNED, "soon"),
    ],
)
def test_without_a_day_nothing_is_claimed(follow_up: FollowUp):
    """No interval, no starting day or no duration: the state is unknown, never overdue."""
    found = tracked(follow_up, date(2030, 1, 1))
    assert (found.state, found.due) == ("unknown", None)


def test_the_exam_date_stands_in_for_an_unknown_sign_off():
    """A recall without a known sign-off is followed from the exam, so that nothing falls due too late."""
    assert tracked(FollowUp("R-TR-01", EXAM, None), EXAM).due == date(2026, 1, 15)


def test_a_site_may_choose_other_windows():
    """The policy replaces due, overdue and escalate of one rule and leaves the others."""
    policy = Policy(tracking={"R-TR-01": {"due": "P5D", "escalate": "P20D"}})
    found = tracked(FollowUp("R-TR-01", EXAM, SIGNED), EXAM, policy)
    assert (found.due, found.overdue, found.escalate) == (
        date(2026, 1, 8),
        date(2026, 2, 2),
        date(2026, 1, 23),
    )
    assert tracked(FollowUp("R-TR-04", EXAM, SIGNED), EXAM, policy).due == date(2026, 1, 17)


@pytest.mark.parametrize(
    ("overall", "left", "rule", "interval"),
    [
        ("0A", None, "R-TR-01", None),
        ("0", None, "R-TR-01", None),
        ("0P", None, "R-TR-02", None),
        ("3", None, "R-TR-03", "P6M"),
        ("2", "4B", "R-TR-04", None),
        ("1", None, "R-TR-06", None),
    ],
)
def test_an_earlier_report_says_what_it_asked_for(
    overall: str, left: str | None, rule: str, interval: str | None
):
    """The highest category decides; category 3 without an interval means six months."""
    report = EarlierReport("DiagnosticReport/r1", EXAM, SIGNED, overall, left, None, (), None)
    assert advised_by(report) == FollowUp(rule, EXAM, SIGNED, interval, None, "DiagnosticReport/r1")


@pytest.mark.parametrize("overall", ["6", "MP", None])
def test_a_report_that_asked_for_nothing_is_not_tracked(overall: str | None):
    """A known cancer, a marker placement or no category asks for no follow-up here."""
    assert (
        advised_by(EarlierReport("DiagnosticReport/r1", EXAM, SIGNED, overall, None, None, (), None)) is None
    )


def test_every_event_says_what_its_escalation_means():
    """Seven events, each with its rule."""
    assert {rule: windows.event for rule, windows in TRACKING.items()} == {
        "R-TR-01": "recall",
        "R-TR-02": "priors",
        "R-TR-03": "surveillance",
        "R-TR-04": "biopsy",
        "R-TR-05": "concordance",
        "R-TR-06": "routine",
        "R-TR-07": "letter",
    }
    assert TRACKING["R-TR-03"].escalation == "lost_to_follow_up"
