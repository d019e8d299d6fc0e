"""The sections of a document that hold findings (shape of the breast imaging guide, and others).

That guide forbids DiagnosticReport.result: its Observations hang on the Composition alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cards.problem import Problem
from cards.reading.codings import coded, codings_of
from cards.reading.questions import study_sides
from cards.reading.resources import Json, Resources, references_of
from cards.terminology import Terminology
from cards.value_class import value_class

_SECTION_SIDES: Final = {
    "section_findings_left_breast": "left",
    "section_findings_right_breast": "right",
    "section_findings_bilateral_breast": "bilateral",
}
# What stands there belongs to other exams or says why this one was made.
_NOT_OF_THIS_EXAM: Final = frozenset(
    ("section_related_resources", "section_comparison", "section_indication")
)


@value_class
class Entry:
    """One section.entry, the Composition that holds it, and the side its section is for."""

    reference: object | None
    holder: Json
    location: str
    side: str | None


def section_entries(
    report: Json, index: Resources, terminology: Terminology, problems: list[Problem]
) -> Iterator[Entry]:
    """The entries of every document that is about ``report``, in order.

    A document is about the report when one of its sections refers to it, when the report names it
    (R5 ``composition``), or when no other report came along.
    """
    alone = len(index.of_type("DiagnosticReport")) == 1
    named = report.get("composition")
    for composition in index.of_type("Composition"):
        entries = list(_entries(composition, index, terminology))
        if (
            alone
            or any(index.resolve(entry.reference, composition) is report for entry in entries)
            or (named is not None and index.resolve(named, report) is composition)
        ):
            if composition.get("status") == "entered-in-error":
                text = "The document that holds the findings is marked as entered in error."
                problems.append(Problem(index.reference_of(composition), "withdrawn-document", text))
                continue
            yield from entries


def _entries(composition: Json, index: Resources, terminology: Terminology) -> Iterator[Entry]:
    where = index.reference_of(composition)
    waiting: list[tuple[object, str, str | None]] = [
        (section, f"{where}.section[{position}]", None)
        for position, section in enumerate(references_of(composition.get("section")))
    ]
    waiting.reverse()
    while waiting:
        section, location, inherited = waiting.pop()
        if not isinstance(section, dict):
            continue
        names = {
            concept.concept
            for concept in coded(terminology, section.get("code")).concepts
            if concept.domain == "observation_codes"
        }
        if names & _NOT_OF_THIS_EXAM:
            continue
        side = _side(names, section, terminology) or inherited
        for position, reference in enumerate(references_of(section.get("entry"))):
            yield Entry(reference, composition, f"{location}.entry[{position}]", side)
        nested = list(enumerate(references_of(section.get("section"))))
        for position, inner in reversed(nested):
            waiting.append((inner, f"{location}.section[{position}]", side))


def _side(names: set[str], section: Json, terminology: Terminology) -> str | None:
    for name in names:
        if name in _SECTION_SIDES:
            return _SECTION_SIDES[name]
    # The 2019 generation names its sections with study codes of one breast.
    for coding in codings_of(section.get("code")):
        system, code = coding.get("system"), coding.get("code")
        if isinstance(system, str) and isinstance(code, str):
            side = study_sides().get((terminology.canonical_system(system), code))
            if side is not None:
                return side
    return None
