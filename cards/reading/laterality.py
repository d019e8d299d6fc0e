"""Which breast: the side and the place that a resource states of itself.

Precedence (terminology README section 6): bodySite that is one breast, extensions of bodySite, a
BodyStructure, then the group above, then the study code. What an Observation states of itself
must agree; left and right at once is no side at all (R-DQ-01).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cards.problem import Problem
from cards.reading.codings import WRONG, Coded, coded
from cards.reading.resources import Json, Resources, references_of, shown
from cards.terminology import Terminology
from cards.value_class import value_class

SIDES: Final[tuple[str, ...]] = ("left", "right", "bilateral")
_SIDES: Final = frozenset(SIDES)
_BODY_SITE_REFERENCE: Final = "http://hl7.org/fhir/StructureDefinition/bodySite"
_STRUCTURE_MEMBERS: Final[tuple[str, ...]] = (
    "location",
    "locationQualifier",
    "structure",
    "laterality",
    "qualifier",
    "morphology",
)


@value_class
class Site:
    """The side (left, right, bilateral, missing for a contradiction, None for not said), the coded
    places, and ``structure``, which tells findings apart that name different BodyStructures."""

    side: str | None
    places: tuple[str, ...]
    structure: str = ""
    wrong: bool = False


NOWHERE: Final = Site(None, ())


def one_side(sides: tuple[str, ...], location: str, problems: list[Problem]) -> str | None:
    """The one side that is named; ``missing`` and a problem for two different ones, None for none."""
    named: str | None = None
    for side in sides:
        if side not in _SIDES or side == named:
            continue
        if named is not None:
            text = "Different sides are coded for the same finding."
            problems.append(Problem(location, "contradicting-sides", text))
            return "missing"
        named = side
    return named


def site_of(
    resource: Json,
    reference: str,
    holder: Json,
    values: list[Coded],
    index: Resources,
    terminology: Terminology,
    problems: list[Problem],
) -> Site:
    """The side and place of an Observation, Condition or order.

    ``values`` are those of the resource that may name a side or place (its code, its answers); those of
    its place are added. ``holder`` is the resource that contains it, or the resource itself.
    """
    wrong = False
    body_site = resource.get("bodySite")
    if body_site is not None:
        wrong = not isinstance(body_site, (dict, list))
        for one in references_of(body_site):
            value = coded(terminology, one)
            wrong = wrong or value is WRONG
            values.append(value)
            if isinstance(one, dict) and "extension" in one:
                values.extend(_extensions(one["extension"], terminology))
    name = ""
    if "extension" in resource or "bodyStructure" in resource:
        values.extend(_extensions(resource.get("extension"), terminology))
        name = _read_structures(resource, reference, holder, values, index, terminology, problems)
    if not values:
        return Site(None, (), name, wrong) if name or wrong else NOWHERE
    sides, places = values[0].sides, values[0].places
    if len(values) > 1:
        sides = tuple(side for value in values for side in value.sides)
        places = tuple(place for value in values for place in value.places)
    side = one_side(sides, reference, problems)
    return Site(side, tuple(dict.fromkeys(places)) if len(places) > 1 else places, name, wrong)


def _extensions(extensions: object, terminology: Terminology) -> Iterator[Coded]:
    """The coded values of place extensions, with those nested in them."""
    if not isinstance(extensions, list):
        return
    for extension in extensions:
        if not isinstance(extension, dict):
            continue
        url = extension.get("url")
        if not isinstance(url, str):
            continue
        if url.endswith(("BreastBodyLocationExtension", "BreastLateralityExtension")) or url.lower().endswith(
            "laterality"
        ):
            yield _extension_value(extension, terminology)
            nested = extension.get("extension")
            for inner in nested if isinstance(nested, list) else ():
                if isinstance(inner, dict):
                    yield _extension_value(inner, terminology)


def _extension_value(extension: Json, terminology: Terminology) -> Coded:
    return coded(terminology, extension.get("valueCodeableConcept", extension.get("valueCoding")))


def _read_structures(
    resource: Json,
    where: str,
    holder: Json,
    values: list[Coded],
    index: Resources,
    terminology: Terminology,
    problems: list[Problem],
) -> str:
    """Add what the referred BodyStructures say; gives a name that tells them apart."""
    names: list[str] = []
    for reference in _structure_references(resource):
        names.append(shown(reference))
        structure = index.resolve(reference, holder)
        if structure is None:
            concept = reference.get("concept") if isinstance(reference, dict) else None
            if concept is not None:
                values.append(coded(terminology, concept))
                continue
            problems.append(
                Problem(
                    f"{where}.bodySite",
                    "dangling-body-structure",
                    f"{shown(reference)} did not come along: the side may stand there.",
                )
            )
            continue
        values.extend(_structure_values(structure, terminology))
    return " ".join(names)


def _structure_references(resource: Json) -> Iterator[object]:
    structure = resource.get("bodyStructure")
    if structure is not None:
        yield from references_of(structure)
    extensions = resource.get("extension")
    for extension in extensions if isinstance(extensions, list) else ():
        if isinstance(extension, dict) and extension.get("url") == _BODY_SITE_REFERENCE:
            yield extension.get("valueReference")


def _structure_values(structure: Json, terminology: Terminology) -> Iterator[Coded]:
    parts: list[object] = [structure]
    parts.extend(references_of(structure.get("includedStructure")))
    for part in parts:
        if not isinstance(part, dict):
            continue
        for member in _STRUCTURE_MEMBERS:
            for value in references_of(part.get(member)):
                yield coded(terminology, value)
        for orientation in references_of(part.get("bodyLandmarkOrientation")):
            if isinstance(orientation, dict):
                for clock in references_of(orientation.get("clockFacePosition")):
                    yield coded(terminology, clock)
        yield from _extensions(part.get("extension"), terminology)
