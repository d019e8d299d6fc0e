"""Section 17 for the report in hand: what it advised for each breast, and how that stands today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from cards.guidance.catalogue import fired
from cards.guidance.categories import DRIVING_RANK, SUSPICIOUS, highest_driving
from cards.guidance.days import length
from cards.guidance.guidance import Guidance, Inputs
from cards.guidance.tracking import RULE_OF_CATEGORY, FollowUp, Tracked, track
from cards.guidance.vocabulary import INDICATOR_RANK
from cards.policy import Policy
from cards.reading.reading import Sources

BREASTS = ("left", "right")
LATE = ("overdue", "escalated")
# Nothing is advised: out of scope, withdrawn, unfinished, or the category itself is in doubt.
_NO_ADVICE = frozenset(("R-SC-01", "R-SC-02", "R-SC-03", "R-SC-05", "R-SC-06", "R-DQ-13"))


class Advice(NamedTuple):
    """What was advised for some breasts; ``sides`` is empty when no side is coded.

    ``category`` is the one that drives, None for a biopsy result whose fit is not stated; ``done`` the
    day on which it was done, as far as the record says.
    """

    sides: frozenset[str]
    category: str | None
    tracked: Tracked
    done: date | None


def sides_of(laterality: str | None) -> frozenset[str]:
    """Return the breasts that a side names; none for missing."""
    if laterality in ("bilateral", "both"):
        return frozenset(BREASTS)
    return frozenset((laterality,)) if laterality in BREASTS else frozenset()


def last_advice(
    guidance: Guidance, sources: Sources, policy: Policy, today: date, *, own: bool
) -> tuple[Advice, ...]:
    """Return what comes next for each breast, the most urgent first (driving order of section 4).

    ``own``: by the categories that the report gave, so that nobody is told of advice it never gave. Otherwise
    by the categories that drive the guidance, so that an under-called breast is followed by its lowest
    expected one. Empty when there is nothing to follow: no finding, a withdrawn, unfinished or
    contradictory report, a deceased patient, a known cancer under treatment.
    """
    if guidance.facts.deceased or any(rule.id in _NO_ADVICE for rule in guidance.rules):
        return ()
    advices = [
        _advice(category, sides, interval, guidance, sources, policy, today)
        for category, sides, interval in _advised(guidance, own)
        if category in RULE_OF_CATEGORY
    ]
    advices.sort(key=lambda one: -DRIVING_RANK[one.category or "1"])
    unstated = next((rule for rule in guidance.rules if rule.id == "R-PB-04"), None)
    if unstated is not None:
        result = min(sources.pathology_dates.values(), default=sources.signed_date)
        follow_up = FollowUp("R-TR-05", None, result, reference=sources.report)
        advices.append(Advice(frozenset(), None, track((follow_up,), policy, today)[0], None))
    return tuple(advices)


def _advised(guidance: Guidance, own: bool) -> Iterator[tuple[str, frozenset[str], str | None]]:
    """Yield category, breasts and interval: of each judged breast, and of a higher overall category."""
    facts, highest = guidance.facts, -1
    for breast in guidance.breasts:
        if breast.driving_category is None:
            continue
        category = breast.assessment if own else breast.driving_category
        if category in DRIVING_RANK:
            highest = max(highest, DRIVING_RANK[category])
            fits = category == breast.driving_category
            yield category, sides_of(breast.side), breast.follow_up_interval if fits else None
    biopsied = any(finding.biopsy_result is not None for finding in facts.findings)
    marks = (facts.assessment_overall, facts.assessment_left, facts.assessment_right)
    overall = highest_driving(tuple(mark for mark in marks if mark in DRIVING_RANK))
    if overall is not None and not biopsied and DRIVING_RANK[overall] > highest:
        sides = {side for side in BREASTS if getattr(facts, f"assessment_{side}") == overall}
        yield overall, frozenset(sides), guidance.follow_up_interval


def _shorter(first: str | None, second: str | None) -> str | None:
    known = [(size, text) for text in (first, second) if text is not None and (size := length(text))]
    return min(known)[1] if known else None


def _usual(category: str) -> str | None:
    """Category 3 without any interval counts as six months."""
    return "P6M" if category == "3" else None


def _advice(
    category: str,
    sides: frozenset[str],
    interval: str | None,
    guidance: Guidance,
    sources: Sources,
    policy: Policy,
    today: date,
) -> Advice:
    done = _done(category, sides, sources)
    follow_up = FollowUp(
        RULE_OF_CATEGORY[category],
        sources.exam_date,
        sources.signed_date,
        _shorter(interval, guidance.facts.recommended_interval) or _usual(category),
        done,
        sources.report,
    )
    (tracked,) = track((follow_up,), policy, today)
    return Advice(sides, category, tracked, done)


def _done(category: str, sides: frozenset[str], sources: Sources) -> date | None:
    """Return the day the advice was done: tissue from the breast, or a later exam that is no screening."""
    exam = sources.exam_date
    if category in SUSPICIOUS:
        days = [
            one.day
            for one in sources.biopsies
            if one.day is not None
            and exam is not None
            and one.day >= exam
            and (not sides or not sides_of(one.side) or sides & sides_of(one.side))
        ]
        return min(days, default=None)
    any_exam = RULE_OF_CATEGORY[category] in ("R-TR-02", "R-TR-06")
    return next((one.day for one in sources.later_exams if any_exam or one.exam_type != "screening"), None)


def with_tracking(guidance: Guidance, sources: Sources, policy: Policy, today: date) -> Guidance:
    """Return the guidance with the tracking rule of its most urgent advice that is not done.

    The rule fires with warning when the follow-up looks overdue, else with info; its inputs are what
    was advised, its days and its state. A site that mutes the rule gets none.
    """
    advices = last_advice(guidance, sources, policy, today, own=True)
    if not advices:
        return guidance
    chosen = next((one for one in advices if one.done is None), advices[0])
    tracked = chosen.tracked
    if tracked.rule in policy.muted:
        return guidance
    inputs: Inputs = {
        "event": tracked.event,
        "category": chosen.category,
        "state": tracked.state,
        "due": _iso(tracked.due),
        "overdue": _iso(tracked.overdue),
        "done": _iso(chosen.done),
    }
    (side,) = chosen.sides if len(chosen.sides) == 1 else (None,)
    indicator = "warning" if tracked.state in LATE else "info"
    rule = fired(tracked.rule, inputs, indicator, side=side)
    highest = max(guidance.max_indicator, indicator, key=INDICATOR_RANK.__getitem__)
    return replace(guidance, rules=(*guidance.rules, rule), max_indicator=highest)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
