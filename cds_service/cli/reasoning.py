"""The reasoning behind one Guidance, told in the order in which a radiologist would ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from cards.facts import Facts, Finding
from cards.guidance import CITATIONS, RULES
from cards.guidance.guidance import BreastGuidance, FiredRule, Guidance

Section = tuple[str, list[str]]

_PARTS = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_VERDICTS = {
    "concordant": "The assessment fits the coded descriptors (concordant).",
    "tolerated": "The assessment is unusual for the coded descriptors, but accepted (tolerated).",
    "under_called": "The assessment is lower than the coded descriptors suggest (under_called).",
    "over_called": "The assessment is higher than the coded descriptors suggest (over_called).",
    "not_permitted": "The assessment is not permitted for this kind of exam or history (not_permitted).",
    "not_evaluable": "The coded descriptors do not allow a comparison (not_evaluable).",
    "not_applicable": "There is no assessment, or no finding, to compare (not_applicable).",
}


_SIDES = {
    "left": "Left breast",
    "right": "Right breast",
    "bilateral": "Both breasts",
    "missing": "Side not stated",
}


def interval_in_words(duration: str | None) -> str:
    """Say an ISO 8601 duration in words, with its code: ``6 months (P6M)``; None is ``none``."""
    if duration is None:
        return "none"
    number, unit = duration[1:-1], _PARTS.get(duration[-1])
    if unit is None or not number.isdigit():
        return duration
    return f"{number} {unit}{'' if number == '1' else 's'} ({duration})"


def _shown(value: object) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def _set(categories: tuple[str, ...] | None) -> str:
    return "not evaluable" if categories is None else ", ".join(categories) or "none"


def _differing(given: Facts | Finding, neutral: Facts | Finding) -> Iterator[str]:
    for field in fields(given):
        value = getattr(given, field.name)
        if field.name not in ("findings", "finding_id") and value != getattr(neutral, field.name):
            yield f"{field.name}: {_shown(value)}"


# What a reader always wants to see, whether or not it is the default.
_ALWAYS = (
    "exam_type", "report_status", "comparison_status", "assessment_overall", "recommendation",
    "breast_density", "age_years", "sex",
)  # fmt: skip
_FINDING_ALWAYS = ("laterality", "morphology", "distribution", "change")


def _members(given: Facts | Finding, always: tuple[str, ...]) -> str:
    neutral = type(given)()
    first = [f"{name}: {_shown(getattr(given, name))}" for name in always]
    return "; ".join([*first, *(line for line in _differing(given, neutral) if line not in first)])


def _told(rule: FiredRule) -> Iterator[str]:
    row = RULES[rule.id]
    level = "" if rule.indicator == "none" else f" [{rule.indicator}]"
    yield f"{rule.id}{level} {row.title}"
    if row.intent:
        yield f"    {row.intent}"
    if rule.inputs:
        yield "    because " + "; ".join(f"{name} is {_shown(value)}" for name, value in rule.inputs.items())
    if rule.citations:
        yield "    rests on " + ", ".join(rule.citations)


def _all_told(rules: Iterable[FiredRule]) -> list[str]:
    return [line for rule in rules for line in _told(rule)]


def _read(guidance: Guidance) -> Section:
    facts = guidance.facts
    lines = [_members(facts, _ALWAYS)]
    lines += [f"{one.finding_id}: {_members(one, _FINDING_ALWAYS)}" for one in facts.findings]
    return "What was read", lines if facts.findings else [*lines, "No calcification finding."]


def _finding(guidance: Guidance, finding_id: str) -> Section:
    lines = []
    for one in guidance.finding_expected:
        if one.finding_id == finding_id:
            lines.append(f"Expected: {_set(one.expected)}. Tolerated: {_set(one.tolerated)}.")
    told = _all_told(rule for rule in guidance.rules if rule.finding_id == finding_id)
    return f"Finding {finding_id}", lines + (told or ["No rule concerns this finding alone."])


def _verdict(breast: BreastGuidance) -> Iterator[str]:
    where = _SIDES[breast.side]
    findings = ", ".join(breast.finding_ids) or "no finding"
    yield (
        f"{where} ({findings}): assessment {_shown(breast.assessment)}; "
        f"expected {_set(breast.expected)}; tolerated {_set(breast.tolerated)}."
    )
    yield f"    {_VERDICTS[breast.concordance]}"
    if breast.driving_category:
        drivers = ", ".join(breast.driving_finding_ids)
        yield f"    {breast.driving_category} drives what comes next" + (
            f"; it comes from {drivers}." if drivers else "."
        )
    yield (
        f"    Next here: {_shown(breast.actions)}; interval {interval_in_words(breast.follow_up_interval)}."
    )


def _verdicts(guidance: Guidance) -> Section:
    lines = [line for breast in guidance.breasts for line in _verdict(breast)]
    lines.append(f"For the report: {_VERDICTS[guidance.concordance]}")
    lines.append(f"Expected for the whole report: {_set(guidance.report_expected)}.")
    lines.append(f"Highest level of attention: {guidance.max_indicator}.")
    return "Verdict", lines


def _next(guidance: Guidance) -> Section:
    return "What comes next", [
        f"Actions: {_shown(guidance.actions)}.",
        f"Interval: {interval_in_words(guidance.follow_up_interval)}.",
        f"Guideline profile in force: {guidance.guideline_profile}.",
    ]


def _timers(guidance: Guidance) -> Section:
    return "Timers", [
        f"Letter to the patient within {interval_in_words(guidance.lay_summary_due)}.",
        f"Report to the provider within {interval_in_words(guidance.provider_report_due)}.",
        f"Resolution within {interval_in_words(guidance.resolution_due)}.",
    ]


def _sources(rules: Iterable[FiredRule]) -> Section:
    cited = sorted({citation for rule in rules for citation in rule.citations})
    return "Sources", [f"{citation} {CITATIONS[citation].text}" for citation in cited]


def reasoning(guidance: Guidance) -> list[Section]:
    """Tell one Guidance as sections of lines: what was read, each finding, the verdict, what
    comes next, the timers, what was not stated, the remaining rules and the sources."""
    sections = [_read(guidance)]
    sections += [_finding(guidance, one.finding_id) for one in guidance.facts.findings]
    sections += [_verdicts(guidance)]
    rest = [rule for rule in guidance.rules if rule.finding_id is None]
    if rest:
        sections.append(("Rules for the report and its breasts", _all_told(rest)))
    sections += [_next(guidance), _timers(guidance)]
    if guidance.not_stated:
        sections.append(("Not stated", [", ".join(guidance.not_stated)]))
    if guidance.problems:
        sections.append(("Problems", [f"{one.location}: {one.text}" for one in guidance.problems]))
    return [*sections, _sources(guidance.rules)]
