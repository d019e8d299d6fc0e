"""Findings in a QuestionnaireResponse (shape I): answers grouped as the form groups them.

Questions have no codes there, so each coded answer speaks for itself. An item that holds
items is a group with a side of its own; what is nested in an answer belongs to that answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cards.problem import Problem
from cards.reading.codings import NOTHING, WRONG, coded
from cards.reading.laterality import one_side
from cards.reading.observed import Answer, Observed
from cards.reading.resources import Json, Resources, references_of
from cards.reading.unreadable import unreadable
from cards.terminology import Terminology

_READ: Final = frozenset(("completed", "amended"))


def read_questionnaire(
    response: Json, index: Resources, terminology: Terminology, problems: list[Problem]
) -> tuple[list[Observed], bool]:
    """One Observed for each group of the form; the flag says that it could not be read in full."""
    reference = index.reference_of(response)
    if response.get("status") not in _READ:
        text = "A questionnaire that is not completed was not read."
        problems.append(Problem(reference, "unfinished-questionnaire", text))
        return [], True
    groups: list[Observed] = []
    wrong = False
    waiting: list[tuple[Json, Observed | None, str]] = [(response, None, reference)]
    while waiting:
        item, parent, location = waiting.pop()
        group = Observed(response, reference, response, NOTHING, [], parent=parent)
        groups.append(group)
        if parent is not None:
            parent.members.append(group)
        inner: list[tuple[Json, Observed | None, str]] = []
        for path, child in _children(item, location):
            if not isinstance(child, dict):
                wrong = True
                continue
            if "answer" not in child and "item" in child:
                inner.append((child, group, path))
                continue
            wrong = _add_answers(child, path, group, reference, terminology) or wrong
        waiting.extend(reversed(inner))
        sides = tuple(side for answer in group.answers for side in answer.value.sides)
        group.own_side = group.side = one_side(sides, location, problems)
        group.places = tuple(
            dict.fromkeys(place for answer in group.answers for place in answer.value.places)
        )
    if wrong:
        unreadable(response, reference, problems)
    return groups, wrong


def _children(item: Json, location: str) -> Iterator[tuple[str, object]]:
    for position, child in enumerate(references_of(item.get("item"))):
        yield f"{location}.item[{position}]", child


def _add_answers(
    item: Json, location: str, group: Observed, reference: str, terminology: Terminology
) -> bool:
    """Add the coded answers of one item and of the items nested in them; True for a wrong type."""
    wrong = False
    waiting: list[tuple[Json, str]] = [(item, location)]
    while waiting:
        asked, path = waiting.pop()
        for position, answer in enumerate(references_of(asked.get("answer"))):
            if not isinstance(answer, dict):
                wrong = True
                continue
            here = f"{path}.answer[{position}]"
            value = coded(terminology, answer.get("valueCoding", answer.get("valueCodeableConcept")))
            wrong = wrong or value is WRONG
            if value.concepts or value.unknown:
                # A bare yes or no answers a question that has no code: it states nothing here.
                answered = Answer(NOTHING, value, answer, here.removeprefix(f"{reference}."))
                group.answers.append(answered)
            for inner_path, inner in _children(answer, here):
                if isinstance(inner, dict):
                    waiting.append((inner, inner_path))
        if asked is not item:
            for inner_path, inner in _children(asked, path):
                if isinstance(inner, dict):
                    waiting.append((inner, inner_path))
    return wrong
