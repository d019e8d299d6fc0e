"""Section 17: is what an earlier report advised done, due or overdue?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from cards.guidance.categories import DRIVING_ORDER, highest_driving
from cards.guidance.days import later, length
from cards.guidance.table_cells import firing_rule
from cards.guidance.table_files import BrokenTable, Row, read_rows
from cards.policy import Policy
from cards.reading.reading import EarlierReport

EVENTS = ("recall", "priors", "surveillance", "biopsy", "concordance", "routine", "letter")
CLOCKS = ("signed", "exam", "letter")


class Windows(NamedTuple):
    """One row of ``tracking.csv``; ``due`` is a duration or the word interval."""

    rule: str
    event: str
    clock: str
    due: str
    overdue: str
    escalate: str
    since: str
    escalation: str


def _duration(row: Row, column: str, also: tuple[str, ...] = ()) -> str:
    if row[column] not in also and length(row[column]) is None:
        raise row.refuse(f"{column} is {row[column]!r}, an ISO 8601 duration is needed")
    return row[column]


def load_tracking(text: str | None = None) -> tuple[Mapping[str, Windows], Mapping[str, str]]:
    """Read ``tracking.csv``: rule -> windows, category -> rule; raises BrokenTable."""
    columns = ("rule", "event", "categories", "clock", "due", "overdue", "escalate", "since", "escalation")
    windows: dict[str, Windows] = {}
    advised: dict[str, str] = {}
    rows = read_rows("tracking.csv", columns, text)
    for row in rows:
        rule_id = firing_rule(row)
        if rule_id in windows or row["event"] in [known.event for known in windows.values()]:
            raise row.refuse(f"{rule_id} or its event stands twice")
        if not row["escalation"]:
            raise row.refuse("escalation is empty")
        windows[rule_id] = Windows(
            rule_id,
            row.one_of("event", EVENTS),
            row.one_of("clock", CLOCKS),
            _duration(row, "due", ("interval",)),
            _duration(row, "overdue"),
            _duration(row, "escalate"),
            row.one_of("since", ("clock", "due")),
            row["escalation"],
        )
        for category in row.some_of("categories", DRIVING_ORDER):
            if category in advised:
                raise row.refuse(f"{category} stands twice")
            advised[category] = rule_id
    if len(windows) != len(EVENTS):
        raise BrokenTable("tracking.csv", rows[-1].line, "an event of section 17 is missing")
    return windows, advised


TRACKING, RULE_OF_CATEGORY = load_tracking()


class FollowUp(NamedTuple):
    """One thing that a report asked for.

    ``rule`` is its R-TR id. ``interval`` is an ISO 8601 duration, needed for surveillance, routine
    and letter. A letter with P30D runs from the exam date, any other from the sign-off; where the
    sign-off is not known the exam date stands in. ``done`` is the day it was done, if it was.
    ``reference`` is the report (``DiagnosticReport/r1``).
    """

    rule: str
    exam_date: date | None
    signed_date: date | None
    interval: str | None = None
    done: date | None = None
    reference: str | None = None


class Tracked(NamedTuple):
    """The state of one follow-up on a day.

    ``state`` is done, open (not due yet), due, overdue, escalated, or unknown when no day can be
    told. ``escalation`` says what an escalation means for this event.
    """

    rule: str
    event: str
    state: str
    due: date | None
    overdue: date | None
    escalate: date | None
    escalation: str
    reference: str | None


def advised_by(report: EarlierReport) -> FollowUp | None:
    """Return what an earlier report asked for by its highest category; None when it asked nothing.

    Category 3 without a stated interval counts as six months; routine without one stays open.
    """
    marks = (report.assessment_overall, report.assessment_left, report.assessment_right)
    category = highest_driving(tuple(mark for mark in marks if mark in DRIVING_ORDER))
    if category is None or category not in RULE_OF_CATEGORY:
        return None
    interval = report.recommended_interval
    if interval is None and category == "3":
        interval = "P6M"
    return FollowUp(
        RULE_OF_CATEGORY[category],
        report.exam_date,
        report.signed_date,
        interval,
        reference=report.reference,
    )


def track(follow_ups: Iterable[FollowUp], policy: Policy, today: date) -> tuple[Tracked, ...]:
    """Return the state of each follow-up today.

    ``policy.tracking`` may replace the windows ``due``, ``overdue`` and ``escalate`` by rule id.
    Raises KeyError for a rule that is no R-TR id.
    """
    return tuple(_tracked(entry, policy, today) for entry in follow_ups)


def _tracked(entry: FollowUp, policy: Policy, today: date) -> Tracked:
    windows = TRACKING[entry.rule]
    chosen = policy.tracking.get(entry.rule)
    if chosen:
        windows = windows._replace(**chosen)
    start = _start(entry, windows.clock)
    after = entry.interval if windows.due == "interval" else windows.due
    if start is None or after is None or length(after) is None:
        state = "unknown" if entry.done is None else "done"
        return Tracked(
            entry.rule, windows.event, state, None, None, None, windows.escalation, entry.reference
        )
    due = later(start, after)
    since = start if windows.since == "clock" else due
    overdue, escalate = later(since, windows.overdue), later(since, windows.escalate)
    state = "open"
    if entry.done is not None:
        state = "done"
    elif today >= escalate:
        state = "escalated"
    elif today >= overdue:
        state = "overdue"
    elif today >= due:
        state = "due"
    return Tracked(
        entry.rule, windows.event, state, due, overdue, escalate, windows.escalation, entry.reference
    )


def _start(entry: FollowUp, clock: str) -> date | None:
    if clock == "letter":
        clock = "exam" if entry.interval == "P30D" else "signed"
    return entry.exam_date if clock == "exam" else entry.signed_date or entry.exam_date
