"""What an earlier report says about one breast."""

from __future__ import annotations

from collections.abc import Iterable

from cards.facts import Facts, Finding
from cards.reading.category import driving_rank, higher
from cards.reading.reading import EarlierReport

BOTH = ("left", "right")
INCOMPLETE = frozenset(("0", "0A", "0P"))


def covers(laterality: str | None, side: str) -> bool:
    """Whether a laterality concerns the breast; without a side it concerns both."""
    return laterality in (side, "bilateral", "missing", None)


def sides_of_findings(facts: Facts) -> tuple[str, ...]:
    """The breasts in which the report's calcifications lie; both when it has none."""
    sides = tuple(side for side in BOTH if any(covers(one.laterality, side) for one in facts.findings))
    return sides or BOTH


def category_of(report: EarlierReport, side: str) -> str | None:
    """The category a report gave one breast: its own, else the overall one.

    None when the overall category is explained by the other breast, and for a post-procedure marker.
    """
    left, right = report.assessment_left, report.assessment_right
    own, other = (left, right) if side == "left" else (right, left)
    category = own
    if own is None and not (
        other is not None and driving_rank(other) >= driving_rank(report.assessment_overall)
    ):
        category = report.assessment_overall
    return None if category == "MP" else category


def last_category(reports: Iterable[EarlierReport], side: str) -> tuple[EarlierReport, str] | None:
    """The last report that gives the breast a category, and that category; ``reports`` latest first."""
    for report in reports:
        category = category_of(report, side)
        if category is not None:
            return report, category
    return None


def prior_assessment(
    reports: Iterable[EarlierReport], sides: Iterable[str]
) -> tuple[EarlierReport, str, str] | None:
    """The last earlier exam of the same breast: (report, side, category).

    With findings in both breasts the one whose last category drives more (decision model 4).
    """
    known = tuple(reports)
    best: tuple[EarlierReport, str, str] | None = None
    for side in sides:
        last = last_category(known, side)
        if last is not None and (best is None or higher(best[2], last[1]) != best[2]):
            best = (last[0], side, last[1])
    return best


def findings_in(report: EarlierReport, side: str) -> list[Finding]:
    """The calcifications that a report describes in one breast."""
    return [one for one in report.findings if covers(one.laterality, side)]
