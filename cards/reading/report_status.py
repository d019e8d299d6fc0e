"""The status a report gets at this sign-off (decision model 2.1)."""

from __future__ import annotations

from typing import Final

from cards.problem import Problem
from cards.reading.resources import Json

# Which status stands when the report and the caller name different ones;
# amended, corrected and appended are equal: the report's own stands.
_PRECEDENCE: Final = {
    "entered_in_error": 0,
    "cancelled": 1,
    "amended": 2,
    "corrected": 2,
    "appended": 2,
    "final": 3,
    "preliminary": 4,
    "partial": 5,
    "registered": 6,
    "unknown": 7,
}
_FHIR: Final = {status.replace("_", "-"): status for status in _PRECEDENCE} | {
    # R5: changed before it was finished.
    "modified": "preliminary",
}


def _read(received: object, location: str, problems: list[Problem]) -> str | None:
    if received is None:
        return None
    status = _FHIR.get(received) if isinstance(received, str) else None
    if status is None:
        problems.append(Problem(location, "unknown-status", "The status is no status of a DiagnosticReport."))
        return "unknown"
    return status


def report_status(report: Json, context_status: object, location: str, problems: list[Problem]) -> str:
    """The status of the report from ``DiagnosticReport.status`` and ``context.status``.

    When they differ the graver one stands and a problem says so; ``unknown`` when neither is given.
    """
    own = _read(report.get("status"), f"{location}.status", problems)
    said = _read(context_status, "context.status", problems)
    if own is None or said is None:
        return own or said or "unknown"
    if own != said:
        text = f"The report is {own}, the caller says {said}; the graver status counts."
        problems.append(Problem(f"{location}.status", "status-differs", text))
    return own if _PRECEDENCE[own] <= _PRECEDENCE[said] else said
