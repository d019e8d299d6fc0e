"""The coded answers of a report sorted by what they are about, so that each fact looks at its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cards.problem import Problem
from cards.reading.codings import NOTHING, codings_of
from cards.reading.observed import Answer, Observed
from cards.reading.questions import TOPICAL_DOMAINS, TOPICAL_QUESTIONS
from cards.reading.resources import Json
from cards.terminology import Terminology
from cards.value_class import value_class

# Roles of questions that describe a finding; their answers are read with the finding.
_DESCRIPTIVE: Final = frozenset(
    ("morphology", "distribution", "change", "feature", "presence", "detail", "interpretation")
)


@value_class
class Said:
    """One answer and the Observation it stands in."""

    observed: Observed
    answer: Answer

    @property
    def location(self) -> str:
        """Where the answer stands: ``Observation/o1.component[2]``."""
        path = self.answer.path
        return f"{self.observed.reference}.{path}" if path else self.observed.reference

    @property
    def value(self) -> object:
        """The received CodeableConcept or Coding of the answer."""
        element = self.answer.element
        return element.get("valueCodeableConcept") or element.get("valueCoding")

    def asks(self, questions: tuple[str, ...]) -> bool:
        """Whether the answer's question is one of these concepts."""
        return any(concept.concept in questions for concept in self.answer.asks.concepts)


Topics = dict[str, list[Said]]


def sort_by_topic(observations: Iterable[Observed]) -> Topics:
    """Domain or question name -> the answers about it, in the order of the report.

    Negated Observations and denied answers say nothing. A code that is itself the statement
    (``Observation.code`` holds the category, the recommendation) counts as an answer without a question.
    """
    topics: Topics = {}
    for observed in observations:
        if observed.negated:
            continue
        for concept in observed.code.concepts if observed.code.topical else ():
            if concept.domain in TOPICAL_DOMAINS and not concept.concept.startswith("q_"):
                _add_own_code(topics, observed, concept.domain)
        for answer in observed.answers:
            if not (answer.asks.topical or answer.value.topical):
                continue
            if answer.denied or answer.role in _DESCRIPTIVE:
                continue
            said = Said(observed, answer)
            for name in _names(answer):
                topics.setdefault(name, []).append(said)
    return topics


def _names(answer: Answer) -> list[str]:
    """The topics of an answer, each once."""
    names: list[str] = []
    for concept in answer.asks.concepts:
        if concept.concept in TOPICAL_QUESTIONS and concept.concept not in names:
            names.append(concept.concept)
    for concept in answer.value.concepts:
        if concept.domain in TOPICAL_DOMAINS and concept.domain not in names:
            names.append(concept.domain)
    return names


def _add_own_code(topics: Topics, observed: Observed, domain: str) -> None:
    if not observed.answers[0].denied:
        element: Json = {"valueCodeableConcept": observed.resource.get("code")}
        topics.setdefault(domain, []).append(Said(observed, Answer(NOTHING, observed.code, element, "code")))


def about(topics: Topics, names: tuple[str, ...]) -> list[Said]:
    """The answers about any of several topics, each once."""
    held: list[list[Said]] = []
    for name in names:
        some = topics.get(name)
        if some is not None:
            held.append(some)
    if len(held) < 2:
        return held[0] if held else []
    if _are_one(held):
        return held[0]
    found: dict[tuple[int, str], Said] = {}
    for some in held:
        for said in some:
            found.setdefault((id(said.observed), said.answer.path), said)
    return list(found.values())


def _are_one(held: list[list[Said]]) -> bool:
    """Whether all hold the same single answer, filed under its questions and under what it says."""
    first = held[0][0]
    return all(len(some) == 1 and some[0] is first for some in held)


def note_unmapped(said: Said, terminology: Terminology, problems: list[Problem]) -> None:
    """Name the codes of an answer that no table knows: a translation beside a known code, else unmapped.

    A code that nobody verified, or whose number is known to be wrong, is said to be so.
    """
    unknown = said.answer.value.unknown
    if not unknown:
        return
    shown = ", ".join(unknown)
    if said.answer.value.concepts:
        text = f"{shown} stands beside a known code and was taken as its translation."
        problems.append(Problem(said.location, "translation", text))
        return
    reason = "No table knows"
    for coding in codings_of(said.value):
        system, code = coding.get("system"), coding.get("code")
        if isinstance(system, str) and isinstance(code, str):
            if any(hazard.kind == "reject_invalid" for hazard in terminology.hazards(system, code)):
                reason = "The number of this code is wrong"
            elif terminology.withheld(system, code):
                reason = "The meaning of this code is not verified"
    problems.append(Problem(said.location, "unmapped-code", f"{reason}: {shown}; it was not interpreted."))
