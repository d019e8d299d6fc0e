"""Suggestions: what the clinician may accept with one click. Nothing is applied by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from cards.duration import day_after
from cards.guidance.guidance import FiredRule, Guidance
from cards.reading.reading import Sources
from cards.writing.card import Action, Suggestion
from cards.writing.orders import Resource, Wording, communication, service_request, task
from cards.writing.phrases import interval_words
from cards.writing.sentences import filled
from cards.writing.steps import Step, in_doubt
from cards.writing.texts import Texts

_CHOICE: Final = ("repeat_biopsy_or_excision", "excision")


def step_slots(step: Step, words: Texts) -> dict[str, str]:
    """Return the slots of a step's texts: its breast, and its interval unless that is over."""
    in_interval = ""
    if step.interval and not step.overdue:
        interval = interval_words(step.interval, words.language)
        in_interval = filled(words.words["in_interval"], {"interval": interval})
    return {"breast": words.tables["breast"][step.side or "missing"], "in_interval": in_interval}


def step_text(text: str, step: Step, words: Texts) -> str:
    """Put breast and interval of a step into one of its texts."""
    return filled(text, step_slots(step, words))


def _due(step: Step, guidance: Guidance, sources: Sources) -> date | None:
    if step.kind.timing != "prior_images" or guidance.resolution_due is None:
        return None
    start = sources.signed_date or sources.exam_date
    return day_after(start, guidance.resolution_due) if start else None


def _suggest(
    step: Step,
    order: str,
    guidance: Guidance,
    sources: Sources,
    words: Texts,
    reason: str,
    today: date,
    uuid: str,
    is_recommended: bool,
) -> Suggestion | None:
    text = words.steps[order]
    wording = Wording(step_text(text.order, step, words), step_text(text.text, step, words), reason)
    kind = step.kind
    resource: Resource | None
    if kind.resource == "ServiceRequest":
        resource = service_request(step, order, wording, sources, today)
    elif kind.resource == "Task":
        resource = task(step, wording, sources, today, _due(step, guidance, sources))
    else:
        resource = communication(wording, sources)
    if resource is None:
        return None
    return Suggestion(uuid, wording.label, (Action(wording.label, resource),), is_recommended)


def suggestions(
    steps: tuple[Step, ...],
    guidance: Guidance,
    fired: Mapping[str, FiredRule],
    sources: Sources,
    words: Texts,
    reason: str,
    today: date,
    new_id: Callable[[], str],
) -> tuple[Suggestion, ...]:
    """Write the suggestions of the main card in the order of ``steps``; ``fired`` are the rules by id.

    After R-DQ-01, R-DQ-02 or R-DQ-13 only Tasks are suggested; a step that needs a side and
    has none, and one that is ordered already, are left out. Repeat biopsy or excision is a
    choice of two. Only the first step that section 9 or 10 gives may be recommended, and only
    when it is suggested here (never in doubt, never without a verdict, never over earlier
    biopsy advice that is not settled, R-PR-01).
    """
    doubt = in_doubt(fired)
    recommended: Step | None = None
    if not doubt and "R-PR-01" not in fired and guidance.concordance != "not_evaluable":
        for step in steps:
            if step.kind.standard:
                recommended = step
                break
    written = []
    for step in steps:
        kind = step.kind
        is_order = kind.resource == "ServiceRequest"
        if is_order and (doubt or step.ordered or (kind.side == "one" and step.side is None)):
            continue
        choice = _CHOICE if step.action == _CHOICE[0] else (step.action,)
        for order in choice:
            first_choice = step is recommended and len(choice) == 1
            made = _suggest(step, order, guidance, sources, words, reason, today, new_id(), first_choice)
            if made is not None:
                written.append(made)
    return tuple(written)
