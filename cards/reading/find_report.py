"""Which DiagnosticReport is read where none is asked for by its id, or where that one is pathology."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cards.reading.dates import exam_date
from cards.reading.resources import Json, Resources

_WITHDRAWN: Final[tuple[str, ...]] = ("entered-in-error", "cancelled")


def latest_report(
    index: Resources,
    is_mammography: Callable[[Json], bool],
    has_calcifications: Callable[[Json], bool],
) -> Json | None:
    """The report that matters while viewing: the latest with calcifications.

    A mammography report without calcifications is given only when none has them, the latest one first.
    None when there is nothing to read.
    """
    candidates = _latest_first(index, is_mammography)
    for report in candidates:
        if has_calcifications(report):
            return report
    return candidates[0] if candidates else None


def imaging_behind(
    pathology: Json,
    index: Resources,
    is_mammography: Callable[[Json], bool],
    is_joined: Callable[[Json], bool],
) -> Json | None:
    """The latest mammography report to a finding of which the data join this pathology report."""
    candidates = _latest_first(index, lambda one: one is not pathology and is_mammography(one))
    return next((report for report in candidates if is_joined(report)), None)


def _latest_first(index: Resources, is_mammography: Callable[[Json], bool]) -> list[Json]:
    candidates = [
        report
        for report in index.of_type("DiagnosticReport")
        if report.get("status") not in _WITHDRAWN and is_mammography(report)
    ]
    return sorted(candidates, key=_latest, reverse=True)


def _latest(report: Json) -> tuple[str, str, str]:
    """Exam date, time of issue and id: reports of one day stand in the order they were issued."""
    day = exam_date(report, "", [])
    issued, ident = report.get("issued"), report.get("id")
    return (
        day.isoformat() if day is not None else "",
        issued if isinstance(issued, str) else "",
        ident if isinstance(ident, str) else "",
    )
