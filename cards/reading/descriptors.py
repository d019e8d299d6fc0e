"""From the answers of one finding to its descriptors (decision model 2.3 and 2.4).

What no table knows stays in the finding as its raw code, so that it is never taken for benign.
"""

from __future__ import annotations

from typing import Final

from cards.facts import Finding
from cards.problem import Problem
from cards.reading.codings import coded, codings_of
from cards.reading.gathering import Gathered
from cards.reading.observed import Answer, Observed
from cards.reading.resources import Json
from cards.terminology import Concept, Terminology
from cards.value_class import value_class

# From least to most suspicious; bare words stand beside what they are read as.
MORPHOLOGY_ORDER: Final[tuple[str, ...]] = (
    "unspecified",
    "skin",
    "vascular",
    "coarse_popcorn",
    "large_rod_like",
    "rim",
    "dystrophic",
    "milk_of_calcium",
    "suture",
    "round",
    "punctate",
    "amorphous",
    "heterogeneous",
    "coarse_heterogeneous",
    "pleomorphic",
    "fine_pleomorphic",
    "fine",
    "fine_linear_branching",
)
DISTRIBUTION_ORDER: Final[tuple[str, ...]] = (
    "not_stated",
    "diffuse",
    "regional",
    "grouped",
    "linear",
    "segmental",
)
CHANGE_ORDER: Final[tuple[str, ...]] = (
    "not_compared",
    "resolved",
    "decreasing",
    "stable",
    "changed_morphology",
    "increasing",
    "new",
)
_FEATURE_ORDER: Final[tuple[str, ...]] = (
    "mass",
    "architectural_distortion",
    "focal_asymmetry",
    "skin_retraction",
    "adenopathy",
)
_MAY_BE_AMBIGUOUS: Final = frozenset(("fine_linear_branching", "fine_pleomorphic", "coarse_heterogeneous"))
_READ_QUESTIONS: Final = frozenset(
    ("morphology", "distribution", "change", "feature", "presence", "any_finding")
)
_MORPHOLOGY_RANK: Final = {name: rank for rank, name in enumerate(MORPHOLOGY_ORDER)}


class _Descriptors:
    """What the parts of one finding say, collected."""

    __slots__ = (
        "changes",
        "distributions",
        "features",
        "location_context",
        "morphologies",
        "near_known_cancer",
        "none",
        "other",
        "symmetry",
    )

    def __init__(self, features: list[str]) -> None:
        self.morphologies: list[str] = []
        self.distributions: list[str] = []
        self.changes: list[str] = []
        self.features = [*features]
        self.symmetry = "not_stated"
        self.location_context = "none"
        self.near_known_cancer = self.none = self.other = False


@value_class
class Described:
    """One finding before its own category is joined.

    The first members are those of Finding. ``references`` are what it rests on, ``places`` its coded places;
    ``other_suspicious``: it shows another suspicious sign.
    """

    finding_id: str
    laterality: str
    morphology: tuple[str, ...]
    distribution: str
    change: str = "not_compared"
    associated_features: tuple[str, ...] = ()
    symmetry: str = "not_stated"
    location_context: str = "none"
    near_known_cancer: bool = False
    references: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    other_suspicious: bool = False

    def finding(self, category: str | None = None) -> Finding:
        """The finding with the category that is coded on it."""
        return Finding(
            finding_id=self.finding_id,
            laterality=self.laterality,
            morphology=self.morphology,
            distribution=self.distribution,
            change=self.change,
            symmetry=self.symmetry,
            associated_features=self.associated_features,
            location_context=self.location_context,
            near_known_cancer=self.near_known_cancer,
            is_known_cancer=category == "6",
            assessment=category,
        )


def describe(
    gathered: Gathered, finding_id: str, terminology: Terminology, problems: list[Problem]
) -> Described | None:
    """The finding that the gathered Observations describe; None when they say there is none."""
    said = _Descriptors(gathered.features)
    places: list[str] = []
    for part in gathered.parts:
        places.extend(part.places)
        for answer in part.answers:
            if answer.denied or answer.role == "aside":
                continue
            value = answer.value
            if value.describing:
                for concept in value.concepts:
                    _take_concept(concept, answer, said, terminology)
            if value.unknown or answer.asks.unknown:
                _take_unknown(answer, part, said, problems)
    if said.none and not said.morphologies and not said.distributions:
        return None
    reference = gathered.parts[0].reference
    return Described(
        finding_id=finding_id,
        laterality=gathered.side or "missing",
        morphology=_morphology(said, reference, problems),
        distribution=_distribution(said, reference, problems),
        change=_most_serious(said.changes),
        associated_features=_features(said),
        symmetry=said.symmetry,
        location_context=said.location_context,
        near_known_cancer=said.near_known_cancer,
        references=_distinct([part.reference for part in gathered.parts]),
        places=tuple(sorted(_distinct(places))) if places else (),
        other_suspicious=said.other,
    )


def _distinct(names: list[str]) -> tuple[str, ...]:
    return tuple(names) if len(names) < 2 else tuple(dict.fromkeys(names))


def _take_unknown(answer: Answer, part: Observed, said: _Descriptors, problems: list[Problem]) -> None:
    where = f"{part.reference}.{answer.path}" if answer.path else part.reference
    if answer.value.unknown and answer.role in _READ_QUESTIONS:
        _unmapped(answer, where, said, problems)
    elif answer.path and not answer.asks.concepts:
        for question in answer.asks.unknown[:1]:
            text = f"No table knows the question {question}."
            problems.append(Problem(f"{where}.code", "unknown-question", text))


def _take_concept(concept: Concept, answer: Answer, said: _Descriptors, terminology: Terminology) -> None:
    domain, name = concept.domain, concept.concept
    if domain == "morphology":
        if name == "no_calcification":
            said.none = True
        else:
            said.morphologies.append(_spelled(concept, answer, terminology))
    elif domain == "distribution":
        if name == "morphology_in_distribution":
            said.morphologies.append("fine_linear_branching")
        else:
            said.distributions.append(concept.value or "not_stated")
            if name == "within_mass":
                said.features.append("mass")
    elif domain == "change":
        if name != "absent" or answer.role == "change":
            said.changes.append(concept.value or "not_compared")
    elif domain == "associated_features":
        if concept.value == "other_suspicious_finding":
            said.other = True
        elif concept.value is not None:
            said.features.append(concept.value)
    else:
        _take_surroundings(concept, said)


def _take_surroundings(concept: Concept, said: _Descriptors) -> None:
    domain = concept.domain
    if domain == "symmetry":
        said.symmetry = concept.value or ""
    elif domain == "location_context":
        said.location_context = concept.value or ""
    elif domain == "near_known_cancer":
        said.near_known_cancer = True


def _spelled(concept: Concept, answer: Answer, terminology: Terminology) -> str:
    """The Facts value of a morphology; the bare word where the code says no more (R-DQ-11)."""
    name = concept.concept
    if name not in _MAY_BE_AMBIGUOUS:
        return concept.value or "unspecified"
    # A code that is a statement by itself has a value beside it that only says "present".
    element = answer.element
    received = element.get("valueCodeableConcept") or element.get("valueCoding")
    codings = [*codings_of(received), *codings_of(element.get("code"))]
    bare = [_bare_word(coding, terminology) for coding in codings]
    if not any(bare):
        return name
    words = {
        word
        for coding, word in zip(codings, bare, strict=True)
        if name in coded(terminology, coding).of("morphology")
    }
    word = words.pop() if len(words) == 1 else None
    return word or name


def _bare_word(coding: Json, terminology: Terminology) -> str | None:
    system, code = coding.get("system"), coding.get("code")
    if not (isinstance(system, str) and isinstance(code, str)):
        return None
    return terminology.bare_word(system, code)


def _unmapped(answer: Answer, where: str, said: _Descriptors, problems: list[Problem]) -> None:
    unknown = answer.value.unknown
    if answer.value.concepts:
        text = f"{', '.join(unknown)} stands beside a known code and was taken as its translation."
        problems.append(Problem(where, "translation", text))
        return
    if answer.role == "morphology":
        said.morphologies.extend(unknown)
    elif answer.role == "distribution":
        said.distributions.extend(unknown)
    text = f"No table knows {', '.join(unknown)}; it was not interpreted."
    problems.append(Problem(where, "unmapped-code", text))


def _features(said: _Descriptors) -> tuple[str, ...]:
    return tuple(name for name in _FEATURE_ORDER if name in said.features) if said.features else ()


def _most_serious(changes: list[str]) -> str:
    if len(changes) < 2:
        return changes[0] if changes else "not_compared"
    return max(changes, key=CHANGE_ORDER.index)


def _morphology(said: _Descriptors, reference: str, problems: list[Problem]) -> tuple[str, ...]:
    """Every morphology, the least suspicious first, raw codes last."""
    names = _distinct(said.morphologies)
    if len(names) < 2:
        return names
    names = tuple(name for name in names if name != "unspecified")
    if len(names) > 1:
        text = "Several morphologies are coded; all were kept and the most suspicious drives."
        problems.append(Problem(reference, "several-morphologies", text))
    return tuple(sorted(names, key=lambda name: (_MORPHOLOGY_RANK.get(name, len(_MORPHOLOGY_RANK)), name)))


def _distribution(said: _Descriptors, reference: str, problems: list[Problem]) -> str:
    """The most suspicious distribution; a raw code only when nothing else is coded."""
    if len(said.distributions) == 1:
        return said.distributions[0]
    stated = [name for name in DISTRIBUTION_ORDER if name in said.distributions and name != "not_stated"]
    if len(stated) > 1:
        text = "Several distributions are coded; the most suspicious was used."
        problems.append(Problem(reference, "several-distributions", text))
    if stated:
        return stated[-1]
    raw = [name for name in said.distributions if name != "not_stated"]
    return min(raw) if raw else "not_stated"
