"""What comes next: the actions of the guidance, per breast, with side and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from cards.duration import day_after
from cards.facts import Facts
from cards.guidance.guidance import BreastGuidance, FiredRule, Guidance
from cards.guidance.vocabulary import BREAST_BIT, SIDE_BITS
from cards.reading.reading import ActiveOrder, Sources
from cards.value_class import value_class
from cards.writing.actions import ActionKind, actions
from cards.writing.periods import occurrence

# Rules that leave the side of a step open, unless they fired without an indicator.
_SIDE_RULES: Final = ("R-DQ-01", "R-DQ-02", "R-SP-06")
_CANCER_ACTIONS: Final = ("surgical_consult", "oncology_referral")
# Section 10: the actions of the rules whose follow-up lies in the breast of the biopsied finding.
_BIOPSY_ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "R-PB-01": ("diagnostic_mammogram_unilateral",),
    "R-PB-02": ("repeat_biopsy_or_excision",),
    "R-PB-03": ("repeat_biopsy_or_excision",),
    "R-PB-05": ("surgical_consult",),
    "R-PB-07": ("surgical_consult", "repeat_biopsy_or_excision"),
    "R-PB-09": ("surgical_consult", "repeat_biopsy_or_excision"),
    "R-PB-10": _CANCER_ACTIONS,
    "R-PB-11": ("repeat_biopsy_or_excision",),
}
# Section 9: the one-sided actions that a driving category gives.
_CATEGORY_ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "image_guided_biopsy": ("4", "4A", "4B", "4C", "5"),
    "diagnostic_mammogram_magnification": ("0", "0A"),
    "diagnostic_mammogram_unilateral": ("3", "6"),
}
_BREASTS: Final = ("left", "right")
_COVERED: Final[dict[str, tuple[str, ...]]] = {
    "left": ("left",),
    "right": ("right",),
    "bilateral": _BREASTS,
    "both": _BREASTS,
}


@value_class
class Step:
    """One action with its side (left, right, both or None) and, where known, when.

    ``ordered`` is true when an active order for it came along; ``period`` is the first and
    last day of an order; ``overdue`` is true when the interval was over before today.
    """

    action: str
    side: str | None
    interval: str | None
    finding_ids: tuple[str, ...]
    period: tuple[date, date] | None = None
    ordered: bool = False
    overdue: bool = False

    @property
    def kind(self) -> ActionKind:
        """What the action code means for a suggestion."""
        return actions()[self.action]


def _covered(side: str) -> tuple[str, ...]:
    return _COVERED.get(side, ())


def _sides_of_findings(facts: Facts, finding_ids: Sequence[str]) -> tuple[str, ...]:
    """Name the breasts the findings lie in; none at all when one of them has no side."""
    wanted = set(finding_ids)
    bits = 0
    for finding in facts.findings:
        if finding.finding_id in wanted:
            if finding.laterality not in _COVERED:
                return ()
            bits |= SIDE_BITS[finding.laterality]
    return tuple([side for side in _BREASTS if bits & BREAST_BIT[side]])


def _cancer_sides(facts: Facts) -> tuple[str, ...]:
    known = _covered(facts.known_cancer_side)
    own = [finding.finding_id for finding in facts.findings if finding.is_known_cancer]
    return known or _sides_of_findings(facts, own)


def _step_findings(action: str, breast: BreastGuidance, biopsies: Sequence[FiredRule]) -> tuple[str, ...]:
    """Name the findings an action is for: those that drive the category, or the biopsied ones."""
    driving: tuple[str, ...] = breast.driving_finding_ids or breast.finding_ids
    asking = [rule.finding_id for rule in biopsies if action in _BIOPSY_ACTIONS[rule.id]]
    biopsied = [finding_id for finding_id in asking if finding_id in breast.finding_ids]
    if not biopsied:
        return driving
    if breast.driving_category not in _CATEGORY_ACTIONS.get(action, ()):
        driving = ()
    return tuple(dict.fromkeys((*driving, *biopsied)))


def _breast_sides(
    action: str, finding_ids: tuple[str, ...], breast: BreastGuidance, facts: Facts
) -> tuple[str, ...]:
    if breast.side in _BREASTS:
        return (breast.side,)
    if action in _CANCER_ACTIONS and breast.driving_category == "6":
        return _cancer_sides(facts)
    return _sides_of_findings(facts, finding_ids)


def _without_mastectomy(sides: tuple[str, ...], facts: Facts) -> tuple[str, ...]:
    gone = _covered(facts.mastectomy_side)
    if not gone:
        return sides
    return tuple([side for side in sides if side not in gone])


def _step_sides(kind: ActionKind, sides: tuple[str, ...], facts: Facts) -> tuple[str | None, ...]:
    """Return the side of each step: one per breast, both together, or None where there is none."""
    if kind.side == "none":
        return (None,)
    if kind.side == "both":
        left = _without_mastectomy(_BREASTS, facts)
        return ("both",) if len(left) == 2 else left
    return _without_mastectomy(sides, facts) if sides else (None,)


def _raw_steps(guidance: Guidance) -> list[Step]:
    facts, kinds = guidance.facts, actions()
    steps: list[Step] = []
    seen = {"retract_earlier_guidance"}
    biopsies = [rule for rule in guidance.rules if rule.id in _BIOPSY_ACTIONS]
    for breast in guidance.breasts:
        for action in breast.actions:
            seen.add(action)
            ids = _step_findings(action, breast, biopsies)
            for side in _step_sides(kinds[action], _breast_sides(action, ids, breast, facts), facts):
                steps.append(Step(action, side, breast.follow_up_interval, ids))
    for action in guidance.actions:
        if action not in seen:
            for side in _step_sides(kinds[action], (), facts):
                steps.append(Step(action, side, guidance.follow_up_interval, ()))
    return steps


def _is_ordered(step: Step, orders: tuple[ActiveOrder, ...]) -> bool:
    kind = step.kind
    return any(
        not kind.covered_by.isdisjoint(order.concepts)
        and (order.side is None or step.side is None or set(_covered(step.side)) <= set(_covered(order.side)))
        for order in orders
    )


def _is_over(interval: str | None, sources: Sources, today: date) -> bool:
    exam = sources.exam_date or sources.signed_date
    return interval is not None and exam is not None and day_after(exam, interval) < today


def in_doubt(fired: Mapping[str, FiredRule]) -> bool:
    """Say by the fired rules whether side or category is in doubt, so that only Tasks may be suggested."""
    return "R-DQ-01" in fired or "R-DQ-02" in fired or "R-DQ-13" in fired


def next_steps(
    guidance: Guidance, sources: Sources, today: date, fired: Mapping[str, FiredRule]
) -> tuple[Step, ...]:
    """Return the steps in the order of ``actions.toml``; none for a deceased patient (R-SP-05).

    An order that needs a side and has none becomes the task to confirm the side, and so does
    every doubt about side (R-DQ-01, R-DQ-02). ``fired`` are the rules of the guidance by id.
    """
    if guidance.facts.deceased:
        return ()
    steps: dict[tuple[str, str | None], Step] = {}
    for raw in _raw_steps(guidance):
        kind = raw.kind
        interval = raw.interval if kind.timing in ("follow_up", "routine") else None
        period = occurrence(kind.timing, interval, sources.exam_date, sources.signed_date, today)
        step = Step(
            raw.action,
            raw.side,
            interval,
            raw.finding_ids,
            period,
            kind.resource == "ServiceRequest" and _is_ordered(raw, sources.active_orders),
            _is_over(interval, sources, today),
        )
        known = steps.get((step.action, step.side))
        if known is None or (known.period and step.period and step.period < known.period):
            steps[step.action, step.side] = step
    side_open = any(rule in fired and fired[rule].indicator != "none" for rule in _SIDE_RULES)
    if side_open or any(step.side is None and step.kind.side == "one" for step in steps.values()):
        steps["confirm_side", None] = Step("confirm_side", None, None, ())
    if len(steps) == 1:
        return tuple(steps.values())
    return tuple(sorted(steps.values(), key=lambda step: (step.kind.rank, step.side or "")))
