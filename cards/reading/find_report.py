"""Which DiagnosticReport is read: the one that was asked for, the imaging behind a pathology report, or the
latest that matters while viewing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cards.reading.dates import exam_date
from cards.reading.reading import ReportContext
from cards.reading.resources import Json, Resources

_WITHDRAWN: Final[tuple[str, ...]] = ("entered-in-error", "cancelled")


def find_report(
    index: Resources,
    context: ReportContext,
    is_mammography: Callable[[Json], bool],
    has_calcifications: Callable[[Json], bool],
) -> Json | None:
    """The report of ``context.report_id``; while viewing the latest with calcifications.

    While viewing (``report_id`` None), a mammography report without calcifications is given only
    when none has them, the latest one first. None when there is nothing to read.
    """
    if context.report_id is not None:
        return index.find("DiagnosticReport", context.report_id)
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
