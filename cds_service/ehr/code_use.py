"""Which codes of a report no table knows or nobody should take at their word, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cards.reading.observed import Observed
from cards.terminology import Terminology

# Valid codes: a trap only where display or text says something else, which the reader checks.
WORDS_DECIDE = ("conflict", "subcategory_in_text")
# The role of a question (question_roles.csv) -> the table whose concepts its values are.
TABLE_OF: Mapping[str, str] = {
    "morphology": "morphology",
    "distribution": "distribution",
    "change": "change",
    "feature": "associated_features",
    "presence": "presence",
}
QUESTION, VALUE, SIDE = "question", "value", "side"


@dataclass(frozen=True, slots=True)
class CodeUse:
    """One code that deserves a look. ``system`` may be empty.

    ``kind`` is unknown, withheld (unverified, and the site does not accept those) or hazard. ``used_as`` is
    question, value or side; ``table`` the table its meaning probably belongs to, empty when that is not
    known; ``note`` says more about a hazard.
    """

    system: str
    code: str
    display: str
    kind: str
    used_as: str
    table: str
    note: str = ""


def code_uses(observations: Iterable[Observed], terminology: Terminology) -> Iterator[CodeUse]:
    """Every use of such a code in the Observations of a report, repeats and all."""
    for observed in observations:
        for answer in observed.answers:
            element = answer.element
            value = element.get("valueCodeableConcept") or element.get("valueCoding")
            yield from _uses(element.get("code"), QUESTION, "observation_codes", terminology)
            yield from _uses(value, VALUE, TABLE_OF.get(answer.role or "", ""), terminology)
        yield from _uses(observed.resource.get("bodySite"), SIDE, "laterality", terminology)


def _uses(value: object, used_as: str, table: str, terminology: Terminology) -> Iterator[CodeUse]:
    codings = list(_codings(value))
    is_read = any(terminology.lookup(system, code) for system, code, _ in codings)
    for system, code, display in codings:
        hazards = terminology.hazards(system, code)
        traps = [each for each in hazards if each.kind not in WORDS_DECIDE]
        kind = ""
        if traps:
            kind = "hazard"
        elif not is_read:
            kind = "withheld" if terminology.withheld(system, code) else "unknown"
        if kind:
            note = "; ".join(f"{each.meaning}: {each.note}" for each in traps)
            yield CodeUse(terminology.canonical_system(system), code, display, kind, used_as, table, note)


def _codings(value: object) -> Iterator[tuple[str, str, str]]:
    if not isinstance(value, dict):
        return
    codings = value.get("coding") if "coding" in value else [value]
    for coding in codings if isinstance(codings, list) else ():
        if isinstance(coding, dict) and isinstance(coding.get("code"), str):
            system, display = coding.get("system"), coding.get("display")
            yield (
                system if isinstance(system, str) else "",
                coding["code"],
                display if isinstance(display, str) else "",
            )
