"""Category 3 surveillance: since when, at which step, and whether it was completed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from cards.facts import Facts
from cards.history.breast import INCOMPLETE, category_of
from cards.reading.dates import add_months
from cards.reading.reading import EarlierReport

# Months since the first category 3 from which a step counts (decision model 2.1).
_STEPS = (("m36", 30), ("m24", 18), ("m12", 9), ("m6", 3))
_ORDER = ("none", "m6", "m12", "m24", "m36")


def step_between(first: date, exam: date) -> str:
    """The surveillance step of an exam: 3 to under 9 months after the first category 3 is m6, and so on."""
    for step, months in _STEPS:
        if exam >= add_months(first, months):
            return step
    return "none"


def _unbroken(reports: Iterable[EarlierReport], side: str) -> Iterator[date]:
    """The days of the running surveillance of one breast, the latest first.

    An incomplete report in between does not end it; a 1, 2, 4, 5 or 6 does.
    """
    for report in reports:
        category = category_of(report, side)
        if category == "3" and report.exam_date is not None:
            yield report.exam_date
        elif category is not None and category not in INCOMPLETE:
            return


def step_of(reports: Iterable[EarlierReport], side: str, exam: date) -> str:
    """The step of this exam for one breast; none without a running surveillance."""
    days = list(_unbroken(reports, side))
    return step_between(days[-1], exam) if days else "none"


def _now(facts: Facts, side: str) -> str | None:
    own = facts.assessment_left if side == "left" else facts.assessment_right
    return facts.assessment_overall if own is None else own


def surveillance_step(
    reports: tuple[EarlierReport, ...], facts: Facts, sides: Iterable[str], exam: date
) -> str:
    """none, m6, m12, m24 or m36 for the report (decision model 2.1).

    When two breasts differ the earlier step counts, since it asks for the shorter interval: among the breasts
    that are category 3 now, or else among those under surveillance.
    """
    steps = {side: step_of(reports, side, exam) for side in sides}
    kept = [step for side, step in steps.items() if _now(facts, side) == "3"]
    counted = kept or [step for step in steps.values() if step != "none"]
    return min(counted, key=_ORDER.index, default="none")


def surveillance_complete(reports: tuple[EarlierReport, ...], side: str) -> bool | None:
    """Whether the category 3 surveillance of a breast was completed; None when there was none.

    Completed: kept for two years (step m24 or later), or ended by a category 1 or 2.
    """
    days = list(_unbroken(reports, side))
    if days:
        return step_between(days[-1], days[0]) in ("m24", "m36")
    ended = False
    for report in reports:
        category = category_of(report, side)
        if category in ("1", "2"):
            ended = True
        elif category == "3":
            return True if ended else None
        elif category is not None and category not in INCOMPLETE:
            return None
    return None
