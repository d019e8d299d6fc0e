"""From the answers of one finding to its descriptors (decision model 2.3 and 2.4).

What no table knows stays in the finding as its raw code, so that it is never taken for benign.
"""

from __future__ import annotations

from typing import Any

from cards.problem import Problem
from cards.reading.codings import codings_of
from cards.reading.gathering import Gathered
from cards.reading.observed import Answer, Observed
from cards.terminology import Concept, Terminology

# From least to most suspicious; bare words stand beside what they are read as.
MORPHOLOGY_ORDER = (
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
DISTRIBUTION_ORDER = ("not_stated", "diffuse", "regional", "grouped", "linear", "segmental")
CHANGE_ORDER = ("not_compared", "resolved", "decreasing", "stable", "changed_morphology", "increasing", "new")
_FEATURE_ORDER = ("mass", "architectural_distortion", "focal_asymmetry", "skin_retraction", "adenopathy")
_MAY_BE_AMBIGUOUS = frozenset(("fine_linear_branching", "fine_pleomorphic", "coarse_heterogeneous"))
_READ_QUESTIONS = frozenset(("morphology", "distribution", "change", "feature", "presence", "any_finding"))
_MORPHOLOGY_RANK = {name: rank for rank, name in enumerate(MORPHOLOGY_ORDER)}


class _Descriptors:
    """What the parts of one finding say, collected."""

    __slots__ = ("changes", "distributions", "features", "morphologies", "none", "other", "places", "words")

    def __init__(self, features: list[str]) -> None:
        self.morphologies: dict[str, None] = {}
        self.distributions: dict[str, None] = {}
        self.changes: list[str] = []
        self.features: dict[str, None] = dict.fromkeys(features)
        self.places: dict[str, None] = {}
        self.words: dict[str, str] = {}
        self.none = False
        self.other = False


class Described:
    """One finding as members of Finding, its references and places, and whether it shows another
    suspicious sign."""

    __slots__ = ("gathered", "members", "other_suspicious", "places", "references")

    def __init__(
        self, members: dict[str, Any], gathered: Gathered, places: tuple[str, ...], other_suspicious: bool
    ) -> None:
        self.members, self.gathered = members, gathered
        self.places, self.other_suspicious = places, other_suspicious
        self.references = tuple(dict.fromkeys(part.reference for part in gathered.parts))


def describe(
    gathered: Gathered, finding_id: str, terminology: Terminology, problems: list[Problem]
) -> Described | None:
    """The finding that the gathered Observations describe; None when they say there is none."""
    said = _Descriptors(gathered.features)
    for part in gathered.parts:
        if part.places:
            said.places.update(dict.fromkeys(part.places))
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
    words = said.words
    members: dict[str, Any] = {
        "finding_id": finding_id,
        "laterality": gathered.side or "missing",
        "morphology": _morphology(said, reference, problems),
        "distribution": _distribution(said, reference, problems),
        "change": _most_serious(said.changes),
        "associated_features": tuple(filter(said.features.__contains__, _FEATURE_ORDER)),
        "symmetry": words.get("symmetry", "not_stated"),
        "location_context": words.get("location_context", "none"),
        "near_known_cancer": "near_known_cancer" in words,
    }
    return Described(members, gathered, tuple(sorted(said.places)), said.other)


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
            said.morphologies[_spelled(name, answer, terminology)] = None
    elif domain == "distribution":
        if name == "morphology_in_distribution":
            said.morphologies["fine_linear_branching"] = None
        else:
            said.distributions[terminology.value(domain, name) or "not_stated"] = None
            if name == "within_mass":
                said.features["mass"] = None
    elif domain == "change":
        if name != "absent" or answer.role == "change":
            said.changes.append(terminology.value(domain, name) or "not_compared")
    elif domain == "associated_features":
        feature = terminology.value(domain, name)
        if feature == "other_suspicious_finding":
            said.other = True
        elif feature is not None:
            said.features[feature] = None
    elif domain in ("symmetry", "location_context", "near_known_cancer"):
        said.words[domain] = terminology.value(domain, name) or ""


def _spelled(name: str, answer: Answer, terminology: Terminology) -> str:
    """The Facts value of a morphology; the bare word where the code says no more (R-DQ-11)."""
    if name not in _MAY_BE_AMBIGUOUS:
        return terminology.value("morphology", name) or "unspecified"
    element = answer.element
    received = element.get("valueCodeableConcept") or element.get("valueCoding") or element.get("code")
    words: set[str | None] = set()
    for coding in codings_of(received):
        system, code = coding.get("system"), coding.get("code")
        if isinstance(system, str) and isinstance(code, str):
            concepts = terminology.lookup(system, code)
            if any(one.domain == "morphology" and one.concept == name for one in concepts):
                words.add(terminology.bare_word(system, code))
    word = words.pop() if len(words) == 1 else None
    return word or name


def _unmapped(answer: Answer, where: str, said: _Descriptors, problems: list[Problem]) -> None:
    unknown = answer.value.unknown
    if answer.value.concepts:
        text = f"{', '.join(unknown)} stands beside a known code and was taken as its translation."
        problems.append(Problem(where, "translation", text))
        return
    if answer.role == "morphology":
        said.morphologies.update(dict.fromkeys(unknown))
    elif answer.role == "distribution":
        said.distributions.update(dict.fromkeys(unknown))
    text = f"No table knows {', '.join(unknown)}; it was not interpreted."
    problems.append(Problem(where, "unmapped-code", text))


def _most_serious(changes: list[str]) -> str:
    if len(changes) < 2:
        return changes[0] if changes else "not_compared"
    return max(changes, key=CHANGE_ORDER.index)


def _morphology(said: _Descriptors, reference: str, problems: list[Problem]) -> tuple[str, ...]:
    """Every morphology, the least suspicious first, raw codes last."""
    if len(said.morphologies) < 2:
        return tuple(said.morphologies)
    names = set(said.morphologies)
    names.discard("unspecified")
    if len(names) > 1:
        text = "Several morphologies are coded; all were kept and the most suspicious drives."
        problems.append(Problem(reference, "several-morphologies", text))
    return tuple(sorted(names, key=lambda name: (_MORPHOLOGY_RANK.get(name, len(_MORPHOLOGY_RANK)), name)))


def _distribution(said: _Descriptors, reference: str, problems: list[Problem]) -> str:
    """The most suspicious distribution; a raw code only when nothing else is coded."""
    if len(said.distributions) < 2:
        return next(iter(said.distributions), "not_stated")
    known = [name for name in DISTRIBUTION_ORDER if name in said.distributions]
    raw = sorted(name for name in said.distributions if name not in DISTRIBUTION_ORDER)
    stated = [name for name in known if name != "not_stated"]
    if len(stated) > 1:
        text = "Several distributions are coded; the most suspicious was used."
        problems.append(Problem(reference, "several-distributions", text))
    if stated:
        return stated[-1]
    return raw[0] if raw else "not_stated"
