"""Guidance as the JSON of the contract, in full or without empty members."""

from __future__ import annotations

from collections.abc import Mapping

from cards.facts import FACTS_MEMBERS, FINDING_MEMBERS, Facts
from cards.guidance.guidance import BreastGuidance, FiredRule, Guidance
from cards.policy import Policy


def guidance_json(
    guidance: Guidance, policy: Policy | None = None, *, compact: bool = False
) -> dict[str, object]:
    """Return Guidance as a JSON object; ``policy`` stands in for the one it was judged with.

    In full every member is present, with null or [] where there is nothing, and ``facts`` with
    the site's choices (``guideline_profile``, ``bac_policy``, ``post_benign_biopsy_interval``,
    ``switches``) can be judged again with the same result. ``compact`` leaves every empty member
    out, at any depth, as CDS Hooks demands (CH-003, CH-004): what a report left open is then
    known from ``not_stated`` alone.
    """
    content: dict[str, object] = {
        "model_version": guidance.model_version,
        "guideline_profile": guidance.guideline_profile,
        "finding_expected": [
            {
                "finding_id": entry.finding_id,
                "expected": _list(entry.expected),
                "tolerated": _list(entry.tolerated),
            }
            for entry in guidance.finding_expected
        ],
        "report_expected": _list(guidance.report_expected),
        "concordance": guidance.concordance,
        "max_indicator": guidance.max_indicator,
        "follow_up_interval": guidance.follow_up_interval,
        "actions": list(guidance.actions),
        "lay_summary_due": guidance.lay_summary_due,
        "provider_report_due": guidance.provider_report_due,
        "resolution_due": guidance.resolution_due,
        "breasts": [_breast(entry) for entry in guidance.breasts],
        "rules": [_rule(entry) for entry in guidance.rules],
        "not_stated": list(guidance.not_stated),
        "problems": [
            {"location": entry.location, "code": entry.code, "text": entry.text}
            for entry in guidance.problems
        ],
    }
    if compact:
        content = _without_empty(content)
    content["facts"] = facts_json(guidance.facts, policy or guidance.policy, compact=compact)
    return content


def facts_json(facts: Facts, policy: Policy, *, compact: bool) -> dict[str, object]:
    """Return facts and site choices as one FACTS object; ``compact`` leaves empty members out."""
    content: dict[str, object] = {
        name: _plain(getattr(facts, name)) for name in FACTS_MEMBERS if name != "findings"
    }
    findings = [{name: _plain(getattr(one, name)) for name in FINDING_MEMBERS} for one in facts.findings]
    if compact:
        content = _without_empty(content)
        findings = [_without_empty(one) for one in findings]
    if findings or not compact:
        content["findings"] = findings
    content["guideline_profile"] = policy.guideline_profile
    content["bac_policy"] = policy.bac_policy
    content["post_benign_biopsy_interval"] = policy.post_benign_biopsy_interval
    if policy.switches or not compact:
        content["switches"] = dict(policy.switches)
    return content


def _breast(entry: BreastGuidance) -> dict[str, object]:
    return {
        "side": entry.side,
        "finding_ids": list(entry.finding_ids),
        "assessment": entry.assessment,
        "expected": _list(entry.expected),
        "tolerated": _list(entry.tolerated),
        "concordance": entry.concordance,
        "driving_category": entry.driving_category,
        "follow_up_interval": entry.follow_up_interval,
        "actions": list(entry.actions),
    }


def _rule(entry: FiredRule) -> dict[str, object]:
    return {
        "id": entry.id,
        "indicator": entry.indicator,
        "finding_id": entry.finding_id,
        "side": entry.side,
        "inputs": {name: _plain(value) for name, value in entry.inputs.items()},
        "citations": list(entry.citations),
    }


def _list(value: tuple[str, ...] | None) -> list[str] | None:
    return None if value is None else list(value)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _is_empty(value: object) -> bool:
    return value is None or value in ([], {}, "")


def _without_empty(content: Mapping[str, object]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for name, value in content.items():
        if isinstance(value, dict):
            value = _without_empty(value)
        elif isinstance(value, list):
            value = [_without_empty(one) if isinstance(one, dict) else one for one in value]
        if not _is_empty(value):
            kept[name] = value
    return kept
