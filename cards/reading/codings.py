"""From a CodeableConcept to the concepts it means.

Several codings of the same concept are one; a coding that no table knows beside a known one is
a local translation; a value none of whose codings is known is unmapped and shown raw.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cards.reading.questions import TOPICAL_DOMAINS, TOPICAL_QUESTIONS, role_of
from cards.terminology import Concept, Terminology
from cards.value_class import value_class

_PLACING: Final = frozenset(("laterality", "location"))
_DESCRIBING: Final = frozenset(
    (
        "associated_features",
        "change",
        "distribution",
        "location_context",
        "morphology",
        "near_known_cancer",
        "symmetry",
    )
)


_DIAGNOSES: Final = frozenset(("calcification", "microcalcification"))


def is_calcification(concept: Concept) -> bool:
    """Whether a concept says, by itself, that calcifications are there."""
    domain = concept.domain
    if domain == "morphology":
        return concept.concept != "no_calcification"
    if domain == "distribution":
        return True
    if domain == "diagnoses":
        return concept.concept in _DIAGNOSES
    return domain == "associated_features" and concept.concept == "mass_with_calcifications"


@value_class
class Coded:
    """The concepts of one CodeableConcept, without repeats, in the order received.

    ``unknown`` are the codings no table knows, as ``system|code``; ``text_only`` says that
    the value holds words but no coding at all. ``role`` is what the code asks for when it is a
    question (question_roles.csv); ``domains`` are the domains of the concepts. ``placing``: it
    may name a side or place; ``describing``: it may describe a finding; ``calcified``: it says by itself
    that calcifications are there; ``absent``: it says that what is asked for is not there; ``topical``: it
    asks for, or is, something that a fact beside the findings is read from (topics.py). ``sides`` and
    ``places`` are the concepts of laterality and location.
    """

    concepts: tuple[Concept, ...]
    unknown: tuple[str, ...]
    text_only: bool = False
    role: str | None = None
    domains: frozenset[str] = frozenset()
    placing: bool = False
    describing: bool = False
    calcified: bool = False
    absent: bool = False
    topical: bool = False
    sides: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the value holds neither a coding nor words."""
        return not (self.concepts or self.unknown or self.text_only)

    def of(self, domain: str) -> tuple[str, ...]:
        """The names of the concepts of one domain."""
        if domain not in self.domains:
            return ()
        return tuple(concept.concept for concept in self.concepts if concept.domain == domain)


def of_concepts(concepts: Iterable[Concept], unknown: Iterable[str] = (), text_only: bool = False) -> Coded:
    """A Coded of these concepts, with its role and domains."""
    distinct = tuple(dict.fromkeys(concepts))
    domains = frozenset(concept.domain for concept in distinct)
    absent = False
    for concept in distinct:
        if concept.domain == "presence":
            absent = concept.concept in ("absent", "ignore")
            break
    return Coded(
        distinct,
        tuple(unknown),
        text_only,
        role_of(distinct),
        domains,
        placing=not _PLACING.isdisjoint(domains),
        describing=not _DESCRIBING.isdisjoint(domains),
        calcified=any(map(is_calcification, distinct)),
        absent=absent,
        topical=any(map(_is_topical, distinct)),
        sides=tuple(concept.concept for concept in distinct if concept.domain == "laterality"),
        places=tuple(concept.concept for concept in distinct if concept.domain == "location"),
    )


def _is_topical(concept: Concept) -> bool:
    return concept.domain in TOPICAL_DOMAINS or concept.concept in TOPICAL_QUESTIONS


@value_class
class _Known:
    """What a code of the tables means in one system; ``other`` is the same code in another one."""

    system: str
    coded: Coded
    other: _Known | None


NOTHING: Final = Coded((), ())
TEXT_ONLY: Final = Coded((), (), True)
# Stands for a value of a wrong JSON type; equal to NOTHING and told apart by identity.
WRONG: Final = Coded((), (), False)


def raw(system: object, code: object) -> str:
    """A coding as people may see it: ``system|code``, each at most 128 characters."""
    shown_system = system[:128] if isinstance(system, str) else ""
    shown_code = code[:128] if isinstance(code, str) else ""
    return f"{shown_system}|{shown_code}" if shown_system else shown_code


def coded(terminology: Terminology, value: object) -> Coded:
    """The concepts of a CodeableConcept, a Coding, or an R5 CodeableReference with a concept.

    A value that is not there gives NOTHING; one of a wrong JSON type gives WRONG.
    """
    if value is None:
        return NOTHING
    if not isinstance(value, dict):
        return WRONG
    codings = value.get("coding")
    if codings is None:
        return _without_codings(terminology, value)
    if not isinstance(codings, list):
        return WRONG
    if len(codings) == 1:
        return _of_coding(terminology, codings[0], value)
    return _several(terminology, codings, value)


def _of_coding(terminology: Terminology, coding: object, value: dict[str, object]) -> Coded:
    """The concepts of the only Coding of a value."""
    if not isinstance(coding, dict):
        return WRONG
    system, code = coding.get("system"), coding.get("code")
    if not (isinstance(system, str) and isinstance(code, str)):
        return _incomplete(system, code, value)
    # By code first: nearly every code is one of a single system, and a long URI need not be hashed.
    known: _Known | None = terminology.derived.get(code)
    while known is not None:
        if known.system == system:
            return known.coded
        known = known.other
    return _looked_up(terminology, system, code)


def _looked_up(terminology: Terminology, system: str, code: str) -> Coded:
    found = terminology.lookup(system, code)
    if not found:
        return Coded((), (raw(system, code),))
    value_of_code = of_concepts(found)
    if (system, code) in terminology.known:
        # Only codes of the tables, so that what is kept cannot grow with what is received.
        terminology.derived[code] = _Known(system, value_of_code, terminology.derived.get(code))
    return value_of_code


def _without_codings(terminology: Terminology, value: dict[str, object]) -> Coded:
    if "code" in value:
        return _of_coding(terminology, value, {})
    if "concept" in value:
        return coded(terminology, value["concept"])
    return TEXT_ONLY if value.get("text") else NOTHING


def _incomplete(system: object, code: object, value: dict[str, object]) -> Coded:
    """A coding without a system or without a code: a raw code at best."""
    if not (system is None or isinstance(system, str)) or not (code is None or isinstance(code, str)):
        return WRONG
    if code:
        return Coded((), (raw(system, code),))
    return TEXT_ONLY if value.get("text") else NOTHING


def _several(terminology: Terminology, codings: list[object], value: dict[str, object]) -> Coded:
    concepts: dict[Concept, None] = {}
    unknown: dict[str, None] = {}
    for coding in codings:
        one = _of_coding(terminology, coding, {})
        if one is WRONG:
            return WRONG
        concepts.update(dict.fromkeys(one.concepts))
        unknown.update(dict.fromkeys(one.unknown))
    if not concepts and not unknown:
        return TEXT_ONLY if value.get("text") else NOTHING
    return of_concepts(concepts, unknown)


def codings_of(value: object) -> list[dict[str, object]]:
    """The Coding objects of a CodeableConcept, Coding or CodeableReference; none of anything else."""
    if not isinstance(value, dict):
        return []
    codings = value.get("coding")
    if isinstance(codings, list):
        return [coding for coding in codings if isinstance(coding, dict)]
    if "code" in value:
        return [value]
    return codings_of(value["concept"]) if "concept" in value else []
