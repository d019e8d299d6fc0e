"""Guidance -> cards, in the language of the clinician."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from cards.education.catalog import Page
from cards.guidance.guidance import FiredRule, Guidance
from cards.guidance.switches import switch
from cards.policy import Policy
from cards.reading.reading import Reading
from cards.writing.card import Card
from cards.writing.case import INDICATOR_RANK, make_case
from cards.writing.extra_cards import extra_cards, extra_groups
from cards.writing.follow_up_card import (
    follow_up_draft,
    follow_up_extra,
    follow_up_slots,
    leads,
    tracking_rule,
)
from cards.writing.main_card import draft_main, main_card
from cards.writing.order_cards import order_cards
from cards.writing.texts import texts

MOMENTS = ("after_signature", "before_signature", "viewing", "ordering")


def _shown(cards: Sequence[Card], policy: Policy) -> tuple[Card, ...]:
    """Show critical cards as the site chose (switch critical_shown_as)."""
    if switch(policy, "critical_shown_as") != "warning":
        return tuple(cards)
    return tuple(
        [replace(card, indicator="warning") if card.indicator == "critical" else card for card in cards]
    )


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
    more_pages: Sequence[Page] = (),
) -> tuple[Card, ...]:
    """Write the cards of one report, critical first, then warning, then info.

    One main card, one extra card for each other warning or critical rule (merged by action,
    R-CD-01), at most ``max_cards`` of the policy: extra cards without room become part of the
    main card, which then carries their indicator and summary, so that nothing is lowered.

    ``language`` is ``en`` or ``es``; ``new_id`` gives a fresh uuid string; ``moment`` is one of
    MOMENTS; ``public_url`` is the https base of the service, for the evidence links;
    ``seed_page_url`` is the configured address of the MD Anderson page (R-ED-02);
    ``more_pages`` are pages for patients that are not in the catalogue. No card at all for
    withdrawn, foreign and completely read reports without calcifications.

    While viewing, what was advised last and how it stands leads in place of a verdict that asks for
    nothing. While ordering, only draft orders that contradict it give cards.
    """
    case = make_case(guidance, reading, policy, texts(language), moment, today)
    draft = draft_main(case)
    if draft is None:
        return ()
    most = int(str(switch(policy, "max_cards")))
    if moment == "ordering" and draft.family != "incomplete":
        return _shown(order_cards(case, new_id, public_url, most), policy)
    room = most - 1
    slots: dict[str, str] = {}
    tracked = tracking_rule(case) if moment == "viewing" else None
    beside: tuple[FiredRule, ...] = ()
    if tracked is not None:
        follow_up = follow_up_slots(case, tracked)
        if leads(draft):
            draft, slots = follow_up_draft(case, draft, tracked), {**slots, **follow_up}
        elif INDICATOR_RANK[tracked.indicator] >= INDICATOR_RANK["warning"]:
            beside = (tracked,)
    groups = extra_groups(case, (*draft.rules, *beside))
    elsewhere = {rule.id for group in (*groups, draft.rules, beside) for rule in group}
    others = [rule for rule in guidance.rules if rule.id not in elsewhere]
    extras = extra_cards(case, groups, slots, new_id, public_url)
    if tracked is not None and beside:
        late = follow_up_extra(case, tracked, {**slots, **follow_up}, new_id, public_url)
        extras = (*extras, late)
    card = main_card(case, draft, others, extras[room:], new_id, public_url, slots, seed_page_url, more_pages)
    cards = sorted((*extras[:room], card), key=lambda one: -INDICATOR_RANK[one.indicator])
    return _shown(cards, policy)
