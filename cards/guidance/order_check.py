"""Draft orders against the latest guidance: too early, too late, wrong side, screening in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from cards.facts import Facts
from cards.guidance.catalogue import fired
from cards.guidance.days import later, length
from cards.guidance.guidance import FiredRule, Guidance
from cards.guidance.last_advice import BREASTS, Advice, last_advice, sides_of
from cards.guidance.table_cells import firing_rule
from cards.guidance.table_files import BrokenTable, read_rows
from cards.guidance.tracking import EVENTS
from cards.guidance.vocabulary import INDICATOR_RANK
from cards.policy import Policy
from cards.reading.draft_orders import KINDS
from cards.reading.reading import DraftOrder, Sources

CHECKS = ("early", "late", "side", "instead")
# A breast with one of these categories of its own may be ordered for without a calcification.
_OWN_REASON = frozenset(("0", "0A", "0P", "3", "4", "4A", "4B", "4C", "5", "6"))


class OrderCheck(NamedTuple):
    """One row of ``order_checks.csv``; ``time`` is an ISO 8601 duration of days."""

    rule: str
    check: str
    orders: tuple[str, ...]
    events: tuple[str, ...]
    time: str


def load_order_checks(text: str | None = None) -> tuple[OrderCheck, ...]:
    """Read ``order_checks.csv``; raises BrokenTable."""
    checks = []
    seen: dict[tuple[str, str, str], None] = {}
    for row in read_rows("order_checks.csv", ("rule", "check", "orders", "events", "time"), text):
        check = row.one_of("check", CHECKS)
        if (check in ("early", "late")) != (length(row["time"]) is not None):
            raise row.refuse("early and late need an ISO 8601 duration, the other checks have none")
        orders, events = row.some_of("orders", KINDS), row.some_of("events", EVENTS)
        for key in [(check, order, event) for order in orders for event in events]:
            if key in seen:
                raise row.refuse(f"{' '.join(key)} stands twice")
            seen[key] = None
        checks.append(OrderCheck(firing_rule(row), check, orders, events, row["time"]))
    if {one.check for one in checks} != set(CHECKS):
        raise BrokenTable("order_checks.csv", 1, "a check of the four is missing")
    return tuple(checks)


ORDER_CHECKS = load_order_checks()


def with_order_checks(guidance: Guidance, sources: Sources, policy: Policy, today: date) -> Guidance:
    """Return the guidance with the rules that the draft orders fire, each naming its order.

    Silent where the order fits, where the report gives that breast a reason of its own, and where the
    record says that the advice was followed already.
    """
    if not sources.draft_orders:
        return guidance
    found = last_advice(guidance, sources, policy, today, own=False)
    advices = [one for one in found if one.done is None]
    rules = [
        rule
        for order in sources.draft_orders
        for rule in _rules(order, advices, guidance.facts, sources.draft_orders, today)
        if rule.id not in policy.muted or rule.indicator == "critical"
    ]
    shown = (guidance.max_indicator, *(rule.indicator for rule in rules))
    highest = max(shown, key=INDICATOR_RANK.__getitem__)
    return replace(guidance, rules=(*guidance.rules, *rules), max_indicator=highest)


def _rules(
    order: DraftOrder, advices: Sequence[Advice], facts: Facts, orders: Sequence[DraftOrder], today: date
) -> Iterator[FiredRule]:
    removed = _check("side", order.kind, None)
    if removed is not None and order.side in BREASTS and order.side in sides_of(facts.mastectomy_side):
        yield _fired(removed, order, {"mastectomy_side": facts.mastectomy_side})
        return
    here = [one for one in advices if not _is_elsewhere(order, one)]
    if not here:
        if advices and not _has_own_reason(order, facts):
            check = _check("side", order.kind, advices[0].tracked.event)
            if check is not None:
                yield _fired(check, order, _about(advices[0]))
        return
    advice = here[0]
    check = _check("instead", order.kind, advice.tracked.event)
    if check is not None:
        yield _fired(check, order, _about(advice))
        return
    if order.kind != "biopsy" and advice.tracked.event == "biopsy" and _biopsy_ordered(orders):
        return
    for name in ("early", "late"):
        check = _check(name, order.kind, advice.tracked.event)
        if check is not None and _is_off(check, order, advice, today):
            yield _fired(check, order, _about(advice))


def _check(name: str, kind: str, event: str | None) -> OrderCheck | None:
    return next(
        (
            one
            for one in ORDER_CHECKS
            if one.check == name and kind in one.orders and (event is None or event in one.events)
        ),
        None,
    )


def _is_elsewhere(order: DraftOrder, advice: Advice) -> bool:
    """Say whether an order for one breast cannot be for this advice."""
    return order.side in BREASTS and bool(advice.sides) and order.side not in advice.sides


def _has_own_reason(order: DraftOrder, facts: Facts) -> bool:
    """Say whether the report itself may ask for an order on that side: by the breast's own category,
    or by another suspicious finding whose breast is not told."""
    own = facts.assessment_left if order.side == "left" else facts.assessment_right
    return own in _OWN_REASON or (own is None and facts.other_suspicious_finding)


def _biopsy_ordered(orders: Sequence[DraftOrder]) -> bool:
    return any(order.kind == "biopsy" for order in orders)


def _is_off(check: OrderCheck, order: DraftOrder, advice: Advice, today: date) -> bool:
    tracked = advice.tracked
    if tracked.due is None or tracked.overdue is None or order.first is None or order.last is None:
        return False
    if check.check == "early":
        return later(order.last, check.time) < tracked.due
    return order.first > max(tracked.overdue, later(today, check.time))


def _about(advice: Advice) -> Mapping[str, object]:
    tracked = advice.tracked
    return {
        "category": advice.category,
        "event": tracked.event,
        "advised_sides": tuple(sorted(advice.sides)),
        "due": None if tracked.due is None else tracked.due.isoformat(),
        "overdue": None if tracked.overdue is None else tracked.overdue.isoformat(),
    }


def _fired(check: OrderCheck, order: DraftOrder, about: Mapping[str, object]) -> FiredRule:
    inputs = {
        "order": order.reference,
        "order_kind": order.kind,
        "order_side": order.side,
        "order_first": None if order.first is None else order.first.isoformat(),
        **about,
    }
    return fired(check.rule, inputs, side=order.side if order.side in BREASTS else None)
