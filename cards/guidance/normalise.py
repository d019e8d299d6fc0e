"""Sections 2.3 and 5.3 A, B: one finding in canonical terms, and what lies around it."""

from __future__ import annotations

from typing import Final

from cards.facts import Finding
from cards.guidance.table_files import read_rows
from cards.guidance.vocabulary import (
    ACTIVE_CHANGE,
    DISTRIBUTIONS,
    MORPHOLOGY_CLASSES,
    SIDE_BITS,
    STEP_MONTHS,
    SUSPICIOUS_MORPHOLOGY,
)
from cards.value_class import value_class

FINE_LINEAR: Final = "fine_linear_branching"


@value_class
class Term:
    """What one spelling stands for."""

    term: str
    cls: str
    ambiguous: bool


def load_terms(text: str | None = None) -> tuple[dict[str, Term], dict[str, str], frozenset[str]]:
    """Read ``terms.csv``: morphology spellings, distribution spellings, and those of the trap.

    Raises BrokenTable.
    """
    morphology: dict[str, Term] = {}
    distribution: dict[str, str] = {}
    trap: set[str] = set()
    for row in read_rows("terms.csv", ("kind", "spelling", "term", "class", "ambiguous"), text):
        kind = row.one_of("kind", ("morphology", "distribution"))
        spelling = row["spelling"]
        if not spelling or spelling in (morphology if kind == "morphology" else {*distribution, *trap}):
            raise row.refuse(f"{kind} {spelling!r} is empty or stands twice")
        ambiguous = row.one_of("ambiguous", ("yes", "")) == "yes"
        if kind == "morphology":
            term = Term(row["term"], row.one_of("class", MORPHOLOGY_CLASSES), ambiguous)
            if (term.cls == "suspicious") != (term.term in SUSPICIOUS_MORPHOLOGY):
                raise row.refuse(f"{term.term} and class {term.cls} do not go together")
            morphology[spelling] = term
        elif row.one_of("class", ("distribution", "fine_linear_trap")) == "fine_linear_trap":
            row.one_of("term", (FINE_LINEAR,))
            trap.add(spelling)
        else:
            distribution[spelling] = row.one_of("term", DISTRIBUTIONS)
    for spelling, term in morphology.items():
        if term.term not in morphology or morphology[term.term].cls != term.cls:
            raise row.refuse(f"morphology {spelling} is mapped to {term.term}, which is no term of its class")
    return morphology, distribution, frozenset(trap)


_LOADED: Final = load_terms()
MORPHOLOGY: Final = _LOADED[0]
DISTRIBUTION: Final = _LOADED[1]
FINE_LINEAR_TRAP: Final = _LOADED[2]


@value_class
class Normal:
    """A finding in canonical terms.

    ``months`` is the stability that counts (after step B); ``near``, ``treated`` and ``bed`` are
    those of section 5.4; ``sides`` is the bit set of the breasts it may lie in.
    """

    raw: Finding
    id: str
    suspicious: tuple[str, ...]
    conditional: tuple[str, ...]
    benign: tuple[str, ...]
    unmapped: tuple[str, ...]
    ambiguous: tuple[str, ...]
    distribution: str
    unmapped_distribution: bool
    change: str
    change_class: str
    months: int | None
    sides: int
    near: bool
    treated: bool
    bed: bool


def change_class(change: str, months: int | None) -> str:
    """Return the class of a change that the tables of section 5 are keyed by."""
    if change in ACTIVE_CHANGE:
        return "active"
    if change in ("stable", "decreasing"):
        if months is not None and months >= 24:
            return "stable_24"
        if change == "decreasing":
            return "decreasing"
        return "stable_unknown" if months is None else "stable_short"
    return "not_compared"


def change_that_counts(finding: Finding, compared: bool, step: str) -> tuple[str, int | None]:
    """Step B: a claim without a comparison does not count; a step stands in for a duration."""
    change, months = finding.change, finding.stability_months
    if not compared and change in ("stable", "decreasing", "resolved"):
        return "not_compared", 0
    if change == "stable" and months is None:
        months = STEP_MONTHS.get(step)
    return change, months


@value_class
class _Shapes:
    """The shapes of one finding in canonical terms: members of Normal."""

    suspicious: tuple[str, ...]
    conditional: tuple[str, ...]
    benign: tuple[str, ...]
    unmapped: tuple[str, ...]
    ambiguous: tuple[str, ...]


def _shapes(morphology: tuple[str, ...]) -> _Shapes:
    """Step A."""
    suspicious: list[str] = []
    conditional: list[str] = []
    benign: list[str] = []
    unmapped: list[str] = []
    ambiguous: list[str] = []
    for spelling in morphology:
        known = MORPHOLOGY.get(spelling)
        if known is None:
            unmapped.append(spelling)
            continue
        if known.ambiguous:
            ambiguous.append(spelling)
        term = known.term
        if known.cls == "suspicious":
            if term not in suspicious:
                suspicious.append(term)
        elif known.cls == "conditional":
            if term not in conditional:
                conditional.append(term)
        elif known.cls == "typically_benign" and term not in benign:
            benign.append(term)
    return _Shapes(tuple(suspicious), tuple(conditional), tuple(benign), tuple(unmapped), tuple(ambiguous))


# Most findings have one shape that the tables know.
_SINGLE: Final = {spelling: _shapes((spelling,)) for spelling in MORPHOLOGY}


def normalise(finding: Finding, compared: bool, step: str, cancer_sides: int, treated_sides: int) -> Normal:
    """Steps A and B for one finding.

    ``compared`` says whether earlier images were compared, ``step`` is the surveillance step,
    the two bit sets are the breasts with a known cancer and with breast-conserving treatment.
    """
    change, months = change_that_counts(finding, compared, step)
    sides = SIDE_BITS.get(finding.laterality, 3)
    morphology, spread = finding.morphology, finding.distribution
    shapes = _SINGLE.get(morphology[0]) if len(morphology) == 1 else None
    if shapes is None:
        shapes = _shapes(morphology)
    suspicious = shapes.suspicious
    distribution = DISTRIBUTION.get(spread)
    unmapped_distribution = distribution is None and spread not in FINE_LINEAR_TRAP
    if distribution is None:
        distribution = "not_stated"
        if not unmapped_distribution and FINE_LINEAR not in suspicious:
            suspicious = (*suspicious, FINE_LINEAR)
    return Normal(
        finding,
        finding.finding_id,
        suspicious,
        shapes.conditional,
        shapes.benign,
        shapes.unmapped,
        shapes.ambiguous,
        distribution,
        unmapped_distribution,
        change,
        change_class(change, months),
        months,
        sides,
        finding.near_known_cancer or bool(sides & cancer_sides),
        bool(sides & treated_sides),
        finding.location_context == "lumpectomy_bed",
    )
