"""Readings and earlier reports as values, for tests of the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from cards.facts import UNSTATED_FACTS, UNSTATED_FINDING, Finding
from cards.reading.reading import EarlierReport, Reading, Sources

EXAM = date(2026, 5, 4)


def finding(laterality: str = "left", ident: str = "F1", **members: Any) -> Finding:
    """A finding of punctate specks."""
    return replace(
        UNSTATED_FINDING, finding_id=ident, laterality=laterality, morphology=("punctate",), **members
    )


def earlier(day: date | None, overall: str | None = None, **members: Any) -> EarlierReport:
    """A signed report of an earlier exam."""
    own: dict[str, Any] = {
        "reference": f"DiagnosticReport/{day}",
        "exam_date": day,
        "signed_date": day,
        "assessment_overall": overall,
        "assessment_left": None,
        "assessment_right": None,
        "recommendation": (),
        "recommended_interval": None,
    }
    return EarlierReport(**(own | members))


def reading(*reports: EarlierReport, findings: tuple[Finding, ...] | None = None, **members: Any) -> Reading:
    """A Reading of today's exam with these earlier reports, the latest first."""
    sources = {"exam_date": EXAM} | {name: members.pop(name) for name in list(members) if name in _SOURCES}
    facts = replace(UNSTATED_FACTS, findings=(finding(),) if findings is None else findings, **members)
    ordered = tuple(sorted(reports, key=lambda one: one.exam_date or date.min, reverse=True))
    return Reading(facts, Sources(earlier_reports=ordered, **sources))


_SOURCES = ("exam_date", "places", "biopsies", "biopsies_complete", "pathology_dates")
