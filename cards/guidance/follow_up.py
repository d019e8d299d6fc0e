"""Section 9: from the driving categories to interval, actions and the time to resolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cards.guidance.breasts import Breast
from cards.guidance.categories import DRIVING_ORDER, DRIVING_RANK, INCOMPLETE, SUSPICIOUS, drives_above
from cards.guidance.pathology import Result
from cards.guidance.report import Report
from cards.guidance.routine import Routine, routine_row
from cards.guidance.surveillance import kept_to_36_months, surveillance_row
from cards.guidance.table_cells import actions, firing_rule
from cards.guidance.table_files import BrokenTable, read_rows
from cards.guidance.verdict import Verdict
from cards.guidance.vocabulary import INTERVAL_MONTHS
from cards.value_class import value_class


@value_class
class FollowUpRow:
    """One row of ``follow_up.csv``."""

    rule: str | None
    follow: str
    actions: tuple[str, ...]
    resolution: str | None


def load_follow_up(text: str | None = None) -> dict[str, FollowUpRow]:
    """Read ``follow_up.csv``: driving category -> row; raises BrokenTable."""
    table: dict[str, FollowUpRow] = {}
    rows = read_rows("follow_up.csv", ("rule", "categories", "follow", "actions", "resolution"), text)
    for row in rows:
        entry = FollowUpRow(
            None if row["rule"] == "-" else firing_rule(row),
            row.one_of("follow", ("row", "routine", "surveillance")),
            actions(row),
            row.one_of("resolution", ("target", "P30D", "")) or None,
        )
        if (entry.follow == "row") != bool(entry.actions):
            raise row.refuse("actions stand in the row exactly when follow is row")
        for category in row.some_of("categories", DRIVING_ORDER):
            if category in table:
                raise row.refuse(f"{category} stands twice")
            table[category] = entry
    missing = [category for category in DRIVING_ORDER if category not in table]
    if missing:
        raise BrokenTable("follow_up.csv", rows[-1].line, f"category {missing[0]} is missing")
    return table


FOLLOW_UP: Final = load_follow_up()
_SCREENING: Final = frozenset({"screening_mammogram", "surveillance_mammogram"})
_OPEN: Final = INCOMPLETE | SUSPICIOUS


@value_class
class Withheld:
    """Whether routine waits: no row at all, or the row without its interval and mammogram."""

    no_row: bool
    no_interval: bool


@value_class
class Plan:
    """What one driving category or one biopsy leads to."""

    interval: str | None
    actions: tuple[str, ...]
    resolution: str | None = None


def back_to_routine(results: Sequence[Result], report: Report) -> bool:
    """Tell whether this joins pathology to imaging and every finding turned out benign (R-PB-01)."""
    return (
        report.facts.exam_type == "biopsy_correlation"
        and len(results) == len(report.findings)
        and all(result.ended_in == "R-PB-01" for result in results)
    )


def overall_driver(breasts: Sequence[Breast], results: Sequence[Result], report: Report) -> str | None:
    """P-7: an overall assessment above every breast drives as well.

    Not where findings outside the assessed breasts are held against it: then section 6 has
    judged it, or those findings were biopsied and it drives nothing.
    """
    overall = report.overall
    coded = [value for value in (report.left, report.right) if value is not None]
    if overall is None or not coded or DRIVING_RANK[overall] < DRIVING_RANK["3"]:
        return None
    speaks_for_the_rest = any(breast.place == "rest" for breast in breasts)
    if speaks_for_the_rest or back_to_routine(results, report):
        return None
    if not all(drives_above(overall, value) for value in coded):
        return None
    return "0A" if overall == "3" and report.facts.exam_type == "screening" else overall


def routine_withheld(drivers: Sequence[str | None], results: Sequence[Result], report: Report) -> Withheld:
    """Tell in which of the two ways of section 9 routine screening waits."""
    an_open_one = report.effective in _OPEN or any(driver in _OPEN for driver in drivers)
    no_row = an_open_one and not back_to_routine(results, report)
    return Withheld(no_row, any(result.open_action for result in results))


def plan_for(
    driving: str, breast: Breast | None, verdict: Verdict | None, report: Report, withheld: Withheld
) -> Plan:
    """Return what a driving category leads to and fire the rows that say so.

    ``breast`` and ``verdict`` are None for the overall assessment that P-7 adds.
    """
    row = FOLLOW_UP[driving]
    side = breast.side if breast is not None else None
    if row.rule is not None:
        report.fire(row.rule, {"driving_category": driving}, None, None, side)
    if row.follow == "surveillance":
        return _surveillance(breast, report, withheld, side)
    if row.follow == "routine":
        return _routine_or_kept(breast, report, withheld, side)
    resolution = str(report.switches["resolution_target"]) if row.resolution == "target" else row.resolution
    if verdict is not None and verdict.actions:
        return Plan(verdict.interval, (*row.actions, *verdict.actions), resolution)
    return Plan(None, row.actions, resolution)


def _surveillance(breast: Breast | None, report: Report, withheld: Withheld, side: str | None) -> Plan:
    row = surveillance_row(breast, report, routine_withheld=withheld.no_row or withheld.no_interval)
    report.fire(row.rule, _step(report), row.indicator, None, side)
    if row.interval == "routine":
        return _routine(report, withheld, side)
    return Plan(row.interval, (row.action,))


def _routine_or_kept(breast: Breast | None, report: Report, withheld: Withheld, side: str | None) -> Plan:
    at_the_end = report.facts.surveillance_step in ("m24", "m36") and report.facts.exam_type != "screening"
    if breast is not None and at_the_end:
        row = surveillance_row(breast, report, routine_withheld=withheld.no_row or withheld.no_interval)
        report.fire(row.rule, _step(report), "none", None, side)
        if kept_to_36_months(breast, report):
            return Plan(row.interval, (row.action,))
    return _routine(report, withheld, side)


def _step(report: Report) -> dict[str, object]:
    return {"surveillance_step": report.facts.surveillance_step}


def _routine(report: Report, withheld: Withheld, side: str | None) -> Plan:
    if withheld.no_row:
        return Plan(None, ())
    routine: Routine = routine_row(report)
    report.fire(routine.rule, routine.inputs, None, None, side)
    if withheld.no_interval:
        return Plan(None, tuple([action for action in routine.actions if action not in _SCREENING]))
    return Plan(routine.interval, routine.actions)


def biopsy_plan(result: Result, report: Report, withheld: Withheld) -> Plan:
    """Return what a biopsy leads to: its yearly routine row waits like any other routine."""
    if result.routine and (withheld.no_row or withheld.no_interval or report.conflict):
        return Plan(None, ())
    return Plan(result.interval, result.actions)


def shortest(intervals: Sequence[str | None]) -> str | None:
    """P-3: the shorter interval; P12M and P1Y are equal, and on that tie it is P12M."""
    best: str | None = None
    for interval in intervals:
        if interval is None:
            continue
        shorter = best is None or INTERVAL_MONTHS[interval] < INTERVAL_MONTHS[best]
        if shorter or (best == "P1Y" and interval == "P12M"):
            best = interval
    return best


_DAYS: Final = {"P30D": 30, "P45D": 45, "P60D": 60}


def soonest(resolutions: Sequence[str | None]) -> str | None:
    """Return the shortest time to resolution."""
    best: str | None = None
    for value in resolutions:
        if value and (best is None or _DAYS[value] < _DAYS[best]):
            best = value
    return best
