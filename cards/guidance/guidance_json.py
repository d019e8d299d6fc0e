"""Guidance as the JSON of the contract, in full or without empty members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter

from cards.facts import FACTS_MEMBERS, FINDING_MEMBERS, Facts, Finding
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
        "rules": [(_compact_rule if compact else _rule)(entry) for entry in guidance.rules],
        "not_stated": list(guidance.not_stated),
        "problems": [
            {"location": entry.location, "code": entry.code, "text": entry.text}
            for entry in guidance.problems
        ],
        "facts": facts_json(guidance.facts, policy or guidance.policy, compact=compact),
    }
    if compact:
        for name in ("finding_expected", "breasts"):
            content[name] = [_without_empty(entry) for entry in content[name]]  # type: ignore[attr-defined]
        return _without_empty(content)
    return content


def facts_json(facts: Facts, policy: Policy, *, compact: bool) -> dict[str, object]:
    """Return facts and site choices as one FACTS object; ``compact`` leaves empty members out."""
    content = _members(_REPORT_MEMBERS, _of_report(facts), compact)
    content["findings"] = [_members(FINDING_MEMBERS, _of_finding(one), compact) for one in facts.findings]
    content["guideline_profile"] = policy.guideline_profile
    content["bac_policy"] = policy.bac_policy
    content["post_benign_biopsy_interval"] = policy.post_benign_biopsy_interval
    content["switches"] = dict(policy.switches)
    return _without_empty(content) if compact else content


def _members(names: tuple[str, ...], values: tuple[object, ...], compact: bool) -> dict[str, object]:
    return {
        name: list(value) if type(value) is tuple else value
        for name, value in zip(names, values, strict=True)
        if value or not compact or type(value) in _ALWAYS_SAYS
    }


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
        "inputs": {
            name: list(value) if type(value) is tuple else value for name, value in entry.inputs.items()
        },
        "citations": list(entry.citations),
    }


def _compact_rule(entry: FiredRule) -> dict[str, object]:
    """The same without what is empty, built at once: there are dozens of rules in an answer."""
    content: dict[str, object] = {"id": entry.id, "indicator": entry.indicator}
    if entry.finding_id:
        content["finding_id"] = entry.finding_id
    if entry.side:
        content["side"] = entry.side
    inputs = {
        name: list(value) if type(value) is tuple else value
        for name, value in entry.inputs.items()
        if value or type(value) in _ALWAYS_SAYS
    }
    if inputs:
        content["inputs"] = inputs
    if entry.citations:
        content["citations"] = list(entry.citations)
    return content


def _list(value: tuple[str, ...] | None) -> list[str] | None:
    return None if value is None else list(value)


def _without_empty(content: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in content.items() if value or type(value) in _ALWAYS_SAYS}


# false and 0 say something; null, "", [] and {} do not.
_ALWAYS_SAYS = (bool, int)
_REPORT_MEMBERS = tuple(name for name in FACTS_MEMBERS if name != "findings")
_of_report: Callable[[Facts], tuple[object, ...]] = attrgetter(*_REPORT_MEMBERS)
_of_finding: Callable[[Finding], tuple[object, ...]] = attrgetter(*FINDING_MEMBERS)
