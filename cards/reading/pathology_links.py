"""Which findings a pathology report belongs to: the ways that lead from tissue back to the image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from cards.reading.observed import Observed
from cards.reading.resources import Json, Resources, references_of

# The members through which a pathology result leads back to what was biopsied.
_PATHS: Final[tuple[str, ...]] = (
    "result",
    "basedOn",
    "specimen",
    "focus",
    "derivedFrom",
    "hasMember",
    "partOf",
    "reasonReference",
    "reason",
    "supportingInfo",
    "request",
    "parent",
    "procedure",
)
_DEEPEST: Final = 5
_MOST_STEPS: Final = 500


def _reached(start: Json, ends: frozenset[int], index: Resources) -> Iterator[Json]:
    """What a pathology report leads to through orders, specimens, procedures and Observations.

    The radiology report and its Observations (``ends``) are reached but not followed further: beyond
    them stands every other finding of the report.
    """
    seen = {id(start)}
    level = [start]
    for _ in range(_DEEPEST):
        following: list[Json] = []
        for holder in level:
            for target in _targets(holder, index):
                if id(target) not in seen and len(seen) < _MOST_STEPS:
                    seen.add(id(target))
                    if id(target) not in ends and target.get("resourceType") != "DiagnosticReport":
                        following.append(target)
                    yield target
        level = following


def _targets(holder: Json, index: Resources) -> Iterator[Json]:
    collection = holder.get("collection")
    for part in (holder, collection if isinstance(collection, dict) else {}):
        for member in _PATHS:
            for reference in references_of(part.get(member)):
                target = index.resolve(reference, holder)
                if target is not None:
                    yield target


def findings_by_observation(observations: Iterable[Observed]) -> dict[int, str]:
    """id of every Observation of a finding -> finding id."""
    return {id(one.resource): one.finding_id for one in observations if one.finding_id is not None}


def linked_findings(
    pathology: Json,
    own: Json,
    ends: frozenset[int],
    holders: Mapping[int, str],
    findings: Sequence[str],
    index: Resources,
) -> set[str]:
    """The findings that a pathology report leads to, or that lead to it.

    A link to the radiology report itself names the finding when the report has only one.
    """
    reached = list(_reached(pathology, ends, index))
    linked = {holders[id(target)] for target in reached if id(target) in holders}
    if not linked:
        aims = {id(pathology)} | {
            id(target) for target in reached if target.get("resourceType") in ("Specimen", "Observation")
        }
        for observation in index.of_type("Observation"):
            finding = holders.get(id(observation))
            if finding is not None and any(id(target) in aims for target in _targets(observation, index)):
                linked.add(finding)
    if not linked and len(findings) == 1 and any(target is own for target in reached):
        linked = set(findings)
    return linked
