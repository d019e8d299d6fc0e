"""In which shape each finding of a report arrives: the names of docs/fhir-inputs.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cards.reading.findings import Findings
from cards.reading.observed import Observed

# What a finding rests on when it is no Observation: resource type -> shape.
NOT_OBSERVED: Mapping[str, str] = {
    "Condition": "condition",
    "DiagnosticReport": "conclusion code",
    "QuestionnaireResponse": "form",
}


def shape_of(finding_id: str, found: Findings) -> str:
    """Name the shape of one finding, followed by ``tree`` or ``summary`` where it stands in one."""
    references = found.sources[finding_id]
    kind = references[0].partition("/")[0] if references else ""
    if kind in NOT_OBSERVED:
        return NOT_OBSERVED[kind]
    parts = [each for each in found.observations if each.finding_id == finding_id]
    head = next((each for each in parts if each.role == "finding"), parts[0] if parts else None)
    if head is None:
        return "components"
    return ", ".join([_own_shape(head, parts), *_around(head, found.observations)])


def _own_shape(head: Observed, parts: Sequence[Observed]) -> str:
    if any(each.role == "attribute" for each in parts):
        return "one attribute an Observation"
    if head.role == "exam":
        return "exam code"
    return "specific code" if head.code.calcified else "components"


def _around(head: Observed, observations: Sequence[Observed]) -> list[str]:
    around = [] if head.parent is None else ["tree"]
    if any(_names(each.resource.get("derivedFrom"), head.reference) for each in observations):
        around.append("summary")
    return around


def _names(references: object, reference: str) -> bool:
    return isinstance(references, list) and any(
        isinstance(each, dict) and str(each.get("reference", "")).endswith(reference) for each in references
    )
