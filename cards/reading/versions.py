"""Which FHIR version a payload is written in, told by its shape (CH-060).

R4, R4B and R5 are read. DSTU2 and STU3 have members that later versions dropped; the caller
turns the exception into a clear 400.
"""

from __future__ import annotations

from cards.reading.resources import Json

_OLD_MEMBERS = {
    "DiagnosticReport": frozenset(("codedDiagnosis", "context", "image", "request")),
    "Observation": frozenset(("related", "comment", "comments", "context")),
}
_OLD_TYPES = frozenset(
    ("BodySite", "DiagnosticOrder", "DiagnosticRequest", "ProcedureRequest", "ReferralRequest")
)


class UnsupportedFhirVersion(ValueError):
    """The resources are DSTU2 or STU3; ``expression`` is the FHIRPath of the member that shows it."""

    def __init__(self, expression: str) -> None:
        super().__init__(f"{expression} is a member of FHIR DSTU2 or STU3; send R4, R4B or R5 resources")
        self.expression = expression


def refuse_old_version(resource: Json) -> None:
    """Raise :class:`UnsupportedFhirVersion` if a DiagnosticReport or Observation is DSTU2 or STU3."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str):
        return
    old = _OLD_MEMBERS.get(kind)
    if old is None or old.isdisjoint(resource):
        if kind == "DiagnosticReport":
            _refuse_old_performer(resource)
        elif kind in _OLD_TYPES:
            raise UnsupportedFhirVersion(kind)
        return
    raise UnsupportedFhirVersion(f"{kind}.{sorted(old.intersection(resource))[0]}")


def _refuse_old_performer(report: Json) -> None:
    performer = report.get("performer")
    first = performer[0] if isinstance(performer, list) and performer else None
    if isinstance(first, dict) and "actor" in first:
        raise UnsupportedFhirVersion("DiagnosticReport.performer.actor")
