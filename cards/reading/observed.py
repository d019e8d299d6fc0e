"""Observed: one Observation of the report with its coded answers, read in a single pass.

Every coded value of an Observation, its own and those of its components, is an Answer to a
question. Fact modules look for answers by the domain of their concepts:

    for observed in observations:
        for answer in observed.answers:
            for concept in answer.value.concepts:
                if concept.domain == "density": ...
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from cards.reading.codings import Coded
from cards.reading.resources import Json


class Answer(NamedTuple):
    """One value and the question it answers.

    ``asks`` are the concepts of the question code (Observation.code or component.code).
    ``value`` are the concepts of the value, () when it is not coded; ``element`` is the JSON
    object that holds ``value[x]`` (the Observation itself or a component), so that display,
    text, quantity or dataAbsentReason can be looked up. ``path`` is relative to the Observation (``component[2]``, or
    "" for the Observation's own value).
    """

    asks: Coded
    value: Coded
    element: Json
    path: str


@dataclass(slots=True, eq=False)
class Observed:
    """An Observation that belongs to the report.

    ``role`` is ``finding`` (a calcification finding), ``other_finding`` (a coded finding that is
    not a calcification), ``attribute`` (one attribute of the finding in ``parent``), ``group`` (holds others), ``question`` (asks for one
    fact) or ``nothing``. ``side`` is left, right, bilateral, missing (contradicting) or None (not said), after
    inheriting from parents. ``finding_id`` is set for findings and the Observations below them.
    ``negated`` means: it says that something is absent, or was withdrawn; no fact may be read from it.
    """

    resource: Json
    reference: str
    parent: Observed | None
    code: Coded
    answers: list[Answer]
    role: str = "nothing"
    side: str | None = None
    finding_id: str | None = None
    negated: bool = False
    members: list[Observed] = field(default_factory=list)
