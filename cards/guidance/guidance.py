"""Guidance: the outputs of decision model section 3 and the trace behind them."""

from __future__ import annotations

from dataclasses import field

from cards.facts import Facts
from cards.policy import Policy
from cards.problem import Problem
from cards.value_class import value_class

# What a rule looked at, by member name.
Inputs = dict[str, object]


@value_class
class FiredRule:
    """One rule that applied: its id, the inputs that made it fire and what it rests on.

    ``indicator`` is none, info, warning or critical; ``citations`` are ids of section 18.
    """

    id: str
    indicator: str
    finding_id: str | None = None
    side: str | None = None
    inputs: Inputs = field(default_factory=dict)
    citations: tuple[str, ...] = ()


@value_class
class FindingExpected:
    """The categories that fit one finding's descriptors; both null when not evaluable."""

    finding_id: str
    expected: tuple[str, ...] | None
    tolerated: tuple[str, ...] | None


@value_class
class BreastGuidance:
    """One judged breast, or the findings judged together against the overall assessment.

    ``side`` is left, right, bilateral or missing. ``driving_finding_ids`` are the findings
    that won by P-2 (internal: the order a card suggests is for their side).
    """

    side: str
    finding_ids: tuple[str, ...]
    assessment: str | None
    expected: tuple[str, ...] | None
    tolerated: tuple[str, ...] | None
    concordance: str
    driving_category: str | None
    follow_up_interval: str | None
    actions: tuple[str, ...]
    driving_finding_ids: tuple[str, ...] = ()


@value_class
class Guidance:
    """Everything the model concludes from one report. Intervals are ISO 8601 durations.

    ``policy`` holds the choices it was judged with.
    """

    model_version: str
    guideline_profile: str
    finding_expected: tuple[FindingExpected, ...]
    report_expected: tuple[str, ...] | None
    concordance: str
    max_indicator: str
    follow_up_interval: str | None
    actions: tuple[str, ...]
    lay_summary_due: str | None
    provider_report_due: str | None
    resolution_due: str | None
    breasts: tuple[BreastGuidance, ...]
    rules: tuple[FiredRule, ...]
    not_stated: tuple[str, ...]
    problems: tuple[Problem, ...]
    facts: Facts
    policy: Policy = field(default_factory=Policy)
