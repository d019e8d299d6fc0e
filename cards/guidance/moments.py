"""What the moment of asking adds to the guidance of a report, and what it takes away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cards.guidance.guidance import Guidance
from cards.guidance.last_advice import with_tracking
from cards.guidance.order_check import with_order_checks
from cards.policy import Policy
from cards.reading.reading import Sources


def for_moment(guidance: Guidance, sources: Sources, policy: Policy, today: date, moment: str) -> Guidance:
    """Return the guidance for one moment.

    after_signature: as it is. before_signature: without the timers of section 11, which start with the
    signature. viewing: with what was advised last and how it stands. ordering: with what the draft
    orders contradict.
    """
    if moment == "before_signature":
        return _without_timers(guidance)
    if moment == "viewing":
        return with_tracking(guidance, sources, policy, today)
    if moment == "ordering":
        return with_order_checks(guidance, sources, policy, today)
    return guidance


def _without_timers(guidance: Guidance) -> Guidance:
    return replace(
        guidance,
        lay_summary_due=None,
        provider_report_due=None,
        resolution_due=None,
        rules=tuple(rule for rule in guidance.rules if not rule.id.startswith("R-RG-")),
    )
