"""Guidance -> cards, in the language of the clinician."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from cards.guidance.guidance import Guidance
from cards.guidance.switches import switch
from cards.policy import Policy
from cards.reading.reading import Reading
from cards.writing.card import Card
from cards.writing.case import INDICATOR_RANK, case_slots, make_case
from cards.writing.extra_cards import extra_cards, extra_groups
from cards.writing.main_card import draft_main, main_card
from cards.writing.texts import texts

MOMENTS = ("after_signature", "before_signature", "viewing", "ordering")


def _shown_as(card: Card, critical_shown_as: object) -> Card:
    if card.indicator == "critical" and critical_shown_as == "warning":
        return replace(card, indicator="warning")
    return card


def write(
    guidance: Guidance,
    reading: Reading,
    policy: Policy,
    language: str,
    new_id: Callable[[], str],
    *,
    today: date,
    moment: str,
    public_url: str,
    seed_page_url: str | None = None,
) -> tuple[Card, ...]:
    """Write the cards of one report, critical first, then warning, then info.

    One main card, one extra card for each other warning or critical rule (merged by action,
    R-CD-01), at most ``max_cards`` of the policy: extra cards without room become part of the
    main card, which then carries their indicator and summary, so that nothing is lowered.

    ``language`` is ``en`` or ``es``; ``new_id`` gives a fresh uuid string; ``moment`` is one of
    MOMENTS; ``public_url`` is the https base of the service, for the evidence links;
    ``seed_page_url`` is the configured address of the MD Anderson page (R-ED-02). No card at
    all for withdrawn, foreign and completely read reports without calcifications.
    """
    case = make_case(guidance, reading, policy, texts(language), moment, today)
    draft = draft_main(case)
    if draft is None:
        return ()
    room = int(str(switch(policy, "max_cards"))) - 1
    groups = extra_groups(case, draft.rules)
    elsewhere = {rule.id for group in (*groups, draft.rules) for rule in group}
    others = [rule for rule in guidance.rules if rule.id not in elsewhere]
    slots = case_slots(case)
    extras = extra_cards(case, groups, slots, new_id, public_url)
    card = main_card(case, draft, others, extras[room:], new_id, public_url, slots, seed_page_url)
    cards = sorted((*extras[:room], card), key=lambda one: -INDICATOR_RANK[one.indicator])
    critical_shown_as = switch(policy, "critical_shown_as")
    return tuple(_shown_as(one, critical_shown_as) for one in cards)
