"""Which FHIR version a payload is written in, told by its shape (CH-060).

R4, R4B and R5 are read. DSTU2 and STU3 have members that later versions dropped; the caller
turns the exception into a clear 400.
"""

from __future__ import annotations

from typing import Final

from cards.reading.resources import Json

_OLD_IN_REPORT: Final[tuple[str, ...]] = ("codedDiagnosis", "context", "image", "request")
_OLD_IN_OBSERVATION: Final[tuple[str, ...]] = ("related", "comment", "comments", "context")


class UnsupportedFhirVersion(ValueError):
    """The resources are DSTU2 or STU3; ``expression`` is the FHIRPath of the member that shows it."""

    def __init__(self, expression: str) -> None:
        super().__init__(f"{expression} is a member of FHIR DSTU2 or STU3; send R4, R4B or R5 resources")
        self.expression = expression


def refuse_old_report(report: Json) -> None:
    """Raise :class:`UnsupportedFhirVersion` if a DiagnosticReport is DSTU2 or STU3."""
    for member in _OLD_IN_REPORT:
        if member in report:
            raise UnsupportedFhirVersion(f"DiagnosticReport.{member}")
    performer = report.get("performer")
    first = performer[0] if isinstance(performer, list) and performer else None
    if isinstance(first, dict) and "actor" in first:
        raise UnsupportedFhirVersion("DiagnosticReport.performer.actor")


def refuse_old_observation(observation: Json) -> None:
    """Raise :class:`UnsupportedFhirVersion` if an Observation is DSTU2 or STU3."""
    for member in _OLD_IN_OBSERVATION:
        if member in observation:
            raise UnsupportedFhirVersion(f"Observation.{member}")
