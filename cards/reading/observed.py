"""Observed: one Observation of the report with its coded answers, read in a single pass.

Every coded value of an Observation, its own and those of its components, is an Answer to a
question. Fact modules look for answers by the domain of their concepts:

    for observed in observations:
        for answer in observed.answers:
            for concept in answer.value.concepts:
                if concept.domain == "density": ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from cards.problem import Problem
from cards.reading.codings import NOTHING, WRONG, Coded, coded, of_concepts
from cards.reading.resources import Json, references_of
from cards.reading.unreadable import unreadable
from cards.terminology import Terminology

WITHDRAWN = ("entered-in-error", "cancelled")
# A code of one of these domains says something when it stands as Observation.code or
# component.code; the others name an exam, a place or a question.
_ASSERTING = frozenset(
    (
        "associated_features",
        "bac_grade",
        "change",
        "clinical_finding",
        "diagnoses",
        "distribution",
        "location_context",
        "morphology",
        "near_known_cancer",
        "symmetry",
    )
)


class Answer(NamedTuple):
    """One value and the question it answers.

    ``asks`` are the concepts of the question code (Observation.code or component.code).
    ``value`` are the concepts of the value, none when it is not coded; a code that is a statement by
    itself (``Amorphous calcification: present``) counts as the value. ``element`` is the JSON object that
    holds ``value[x]`` (the Observation or a component), so that display, text, quantity or
    dataAbsentReason can be looked up. ``path`` is relative to the Observation
    (``component[2]``, or "" for its own value). ``role`` is the role of the question
    (question_roles.csv). ``denied`` means: the answer is no, and states nothing else.
    """

    asks: Coded
    value: Coded
    element: Json
    path: str
    role: str | None = None
    denied: bool = False


@dataclass(slots=True, eq=False)
class Observed:
    """An Observation that belongs to the report.

    ``role`` is ``finding`` (a calcification finding), ``other_finding`` (a coded finding that is not a
    calcification), ``attribute`` (one attribute of a finding), ``group`` (holds others),
    ``exam``, ``question`` (asks for an assessment, a density or a recommendation) or
    ``nothing``. ``side`` is left, right, bilateral, missing (contradicting) or None (not said), after
    inheriting from the groups above. ``finding_id`` is set for the calcification finding it belongs to: an
    assessment with a finding_id is that finding's own. ``negated`` says that it is withdrawn or
    denies itself: no fact may be read from it.
    """

    resource: Json
    reference: str
    holder: Json
    code: Coded
    answers: list[Answer]
    code_role: str | None = None
    parent: Observed | None = None
    role: str = "nothing"
    own_side: str | None = None
    side: str | None = None
    places: tuple[str, ...] = ()
    structure: str = ""
    finding_id: str | None = None
    negated: bool = False
    members: list[Observed] = field(default_factory=list)


def _joined(value: Coded, code: Coded) -> Coded:
    """A value together with the statement its code makes."""
    said = [concept for concept in code.concepts if concept.domain in _ASSERTING]
    return of_concepts((*said, *value.concepts), value.unknown, value.text_only and not said)


# Building a NamedTuple by its name costs twice as much, and there is one for every component.
_new_answer = cast("Callable[[type[Answer], tuple[object, ...]], Answer]", tuple.__new__)


def _answer(element: Json, code: Coded, path: str, terminology: Terminology) -> Answer:
    received = element.get("valueCodeableConcept")
    if received is None:
        received = element.get("valueCoding")
    value = NOTHING if received is None else coded(terminology, received)
    role = code.role
    denied = element.get("valueBoolean") is False or (value.absent and role != "change")
    if role is None and code.domains and value is not WRONG and not _ASSERTING.isdisjoint(code.domains):
        value = _joined(value, code)
    return _new_answer(Answer, (code, value, element, path, role, denied))


_PATHS = tuple(f"component[{position}]" for position in range(32))


def read_observation(
    resource: Json, reference: str, holder: Json, terminology: Terminology, problems: list[Problem]
) -> tuple[Observed, bool]:
    """One Observation with its answers; the flag says that it could not be read in full.

    Sides, places and roles are settled later, when its neighbours are known.
    """
    code = coded(terminology, resource.get("code"))
    own = _answer(resource, code, "", terminology)
    answers = [own]
    wrong = own.value is WRONG or code is WRONG
    components = resource.get("component")
    if components is not None:
        wrong = _add_components(components, answers, terminology) or wrong
    if "interpretation" in resource:
        wrong = _add_interpretation(resource, answers, terminology) or wrong
    if "modifierExtension" in resource:
        text = "It carries a modifierExtension, which may change its meaning and is not understood."
        problems.append(Problem(f"{reference}.modifierExtension", "modifier-extension", text))
        wrong = True
    elif wrong:
        unreadable(resource, reference, problems)
    negated = resource.get("status") in WITHDRAWN
    return Observed(resource, reference, holder, code, answers, code.role, negated=negated), wrong


def _add_components(components: object, answers: list[Answer], terminology: Terminology) -> bool:
    """Add the answers of the components; True for a wrong JSON type among them."""
    if not isinstance(components, list):
        return True
    wrong = False
    for position, component in enumerate(components):
        if not isinstance(component, dict):
            wrong = True
            continue
        asks = coded(terminology, component.get("code"))
        path = _PATHS[position] if position < len(_PATHS) else f"component[{position}]"
        answer = _answer(component, asks, path, terminology)
        answers.append(answer)
        if asks is WRONG or answer.value is WRONG:
            wrong = True
    return wrong


def _add_interpretation(resource: Json, answers: list[Answer], terminology: Terminology) -> bool:
    wrong = False
    for one in references_of(resource["interpretation"]) if resource["interpretation"] else ():
        value = coded(terminology, one)
        wrong = wrong or value is WRONG
        answers.append(Answer(NOTHING, value, resource, "interpretation", "interpretation", value.absent))
    return wrong or not isinstance(resource["interpretation"], (list, dict))
