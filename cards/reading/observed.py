"""Observed: one Observation of the report with its coded answers, read in a single pass.

Every coded value of an Observation, its own and those of its components, is an Answer to a
question. Fact modules look for answers by the domain of their concepts:

    for observed in observations:
        for answer in observed.answers:
            for concept in answer.value.concepts:
                if concept.domain == "density": ...
"""

from __future__ import annotations

from typing import Final

from cards.problem import Problem
from cards.reading.codings import NOTHING, WRONG, Coded, coded, of_concepts
from cards.reading.resources import Json, references_of
from cards.reading.unreadable import unreadable
from cards.terminology import Terminology
from cards.value_class import value_class

_WITHDRAWN: Final[tuple[str, ...]] = ("entered-in-error", "cancelled")
# A code of one of these domains says something when it stands as Observation.code or
# component.code; the others name an exam, a place or a question.
_ASSERTING: Final = frozenset(
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


@value_class
class Answer:
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

    __slots__ = (
        "answers",
        "code",
        "code_role",
        "finding_id",
        "holder",
        "members",
        "negated",
        "own_side",
        "parent",
        "places",
        "reference",
        "resource",
        "role",
        "side",
        "structure",
    )

    def __init__(
        self,
        resource: Json,
        reference: str,
        holder: Json,
        code: Coded,
        answers: list[Answer],
        code_role: str | None = None,
        parent: Observed | None = None,
    ) -> None:
        self.resource, self.reference, self.holder = resource, reference, holder
        self.code, self.answers, self.code_role = code, answers, code_role
        self.parent = parent
        self.members: list[Observed] = []
        self.role = "nothing"
        self.own_side: str | None = None
        self.side: str | None = None
        self.places: tuple[str, ...] = ()
        self.structure = ""
        self.finding_id: str | None = None
        self.negated = False


def _joined(value: Coded, code: Coded) -> Coded:
    """A value together with the statement its code makes."""
    said = [concept for concept in code.concepts if concept.domain in _ASSERTING]
    return of_concepts((*said, *value.concepts), value.unknown, value.text_only and not said)


def _answer(element: Json, code: Coded, path: str, terminology: Terminology) -> Answer:
    received = element.get("valueCodeableConcept")
    if received is None:
        received = element.get("valueCoding")
    value = NOTHING if received is None else coded(terminology, received)
    role = code.role
    denied = element.get("valueBoolean") is False or (value.absent and role != "change")
    if role is None and code.domains and value is not WRONG and not _ASSERTING.isdisjoint(code.domains):
        value = _joined(value, code)
    return Answer(code, value, element, path, role, denied)


_PATHS: Final = tuple(f"component[{position}]" for position in range(32))


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
    observed = Observed(resource, reference, holder, code, answers, code.role)
    observed.negated = resource.get("status") in _WITHDRAWN
    return observed, wrong


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
