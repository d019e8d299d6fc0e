"""Section 11: which letter and report is due when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from cards.guidance.guidance import Guidance
from cards.guidance.report import Report
from cards.guidance.table_cells import firing_rule, yes
from cards.guidance.table_files import read_rows
from cards.guidance.vocabulary import INDICATORS
from cards.value_class import value_class

UNTIMED_STATUS: Final = frozenset({"registered", "partial", "preliminary", "unknown"})
AMENDING_STATUS: Final = frozenset({"amended", "corrected", "appended"})
_DAYS: Final = {"P7D": 7, "P30D": 30}
_SPANS: Final = {duration: timedelta(days=days) for duration, days in _DAYS.items()}


def category_changed(report: Report) -> bool:
    """Tell whether an amended report carries another category than its earlier version."""
    previous = report.facts.previous_assessment
    if report.facts.report_status not in AMENDING_STATUS or previous in (None, "MP"):
        return False
    return previous != report.effective


_CONDITIONS: Mapping[str, Callable[[Report], bool]] = {
    "every_report": lambda report: True,
    "suspicious_category": lambda report: report.suspicious,
    "priors_needed": lambda report: "0P" in (report.overall, report.left, report.right),
    "category_changed": category_changed,
    "self_referred": lambda report: report.facts.self_referred,
}


@value_class
class Timer:
    """One row of ``timers.csv``; ``letters`` and ``final_report`` are ISO 8601 days."""

    rule: str
    when: Callable[[Report], bool]
    timed: bool
    letters: str | None
    final_report: str | None
    clock: str | None
    indicator: str


def load_timers(text: str | None = None) -> tuple[Timer, ...]:
    """Read ``timers.csv``; raises BrokenTable."""
    columns = ("rule", "when", "timed", "letters", "final_report", "clock", "indicator")
    timers = []
    for row in read_rows("timers.csv", columns, text):
        timer = Timer(
            firing_rule(row),
            _CONDITIONS[row.one_of("when", _CONDITIONS)],
            yes(row, "timed"),
            row.one_of("letters", (*_DAYS, "")) or None,
            row.one_of("final_report", (*_DAYS, "")) or None,
            row.one_of("clock", ("exam", "signed", "")) or None,
            row.one_of("indicator", INDICATORS),
        )
        if bool(timer.letters or timer.final_report) != bool(timer.clock):
            raise row.refuse("a time needs a clock, and a clock a time")
        timers.append(timer)
    return tuple(timers)


TIMERS: Final = load_timers()
_INPUTS: Final[dict[str, tuple[str, ...]]] = {
    "R-RG-01": ("report_status", "exam_type"),
    "R-RG-02": ("report_status", "assessment"),
    "R-RG-03": ("assessment_overall", "assessment_left", "assessment_right"),
    "R-RG-04": ("breast_density",),
    "R-RG-05": ("report_status", "previous_assessment", "assessment"),
    "R-RG-06": ("self_referred",),
}


def timers_run(report: Report) -> bool:
    """Tell whether the timers of section 11 run for this report."""
    facts = report.facts
    return facts.report_status not in UNTIMED_STATUS and facts.exam_type != "biopsy_correlation"


def letters_due(report: Report, only: tuple[str, ...] | None = None) -> str | None:
    """Fire the R-RG rules (all, or ``only`` some) and return when letter and report are due."""
    run = timers_run(report)
    due: str | None = None
    for timer in TIMERS:
        if (only is not None and timer.rule not in only) or (timer.timed and not run):
            continue
        if not timer.when(report):
            continue
        report.fire(timer.rule, report.shown(_INPUTS[timer.rule]), timer.indicator)
        if timer.letters is not None and (due is None or _DAYS[timer.letters] < _DAYS[due]):
            due = timer.letters
    return due


@value_class
class DueDates:
    """Calendar dates of section 11; None where nothing is due or the starting day is not known."""

    lay_summary: date | None
    provider_report: date | None
    follow_up_report: date | None


def due_dates(guidance: Guidance, exam_date: date | None, signed_date: date | None) -> DueDates:
    """Return the days on which letter and reports are due.

    P30D counts from the exam date, P7D from the sign-off date; where both run the earlier day
    holds. A changed category (R-RG-05) restarts both at the sign-off of the amended report. The
    follow-up report of R-RG-03 counts from the sign-off of the first report.
    """
    fired = [entry.id for entry in guidance.rules if entry.id.startswith("R-RG-")]
    letter: date | None = None
    final: date | None = None
    for timer in TIMERS:
        if timer.clock is None or timer.rule not in fired:
            continue
        begin = exam_date if timer.clock == "exam" and "R-RG-05" not in fired else signed_date
        if begin is None:
            continue
        if timer.letters is not None:
            due = begin + _SPANS[timer.letters]
            if letter is None or due < letter:
                letter = due
        if timer.final_report is not None:
            final = begin + _SPANS[timer.final_report]
    return DueDates(letter, letter, final)
