"""Extra cards: one for each other warning or critical rule, those with one action merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cards.guidance.guidance import FiredRule
from cards.writing.card import Card
from cards.writing.case import Case, citations_of
from cards.writing.families import card_rules, override_reasons, topic
from cards.writing.links import evidence_link
from cards.writing.slots import rule_slots, said
from cards.writing.summaries import summary

Group = tuple[FiredRule, ...]


def extra_groups(case: Case, taken: Sequence[FiredRule]) -> tuple[Group, ...]:
    """Return the rules of each extra card, worst first: every warning or critical rule that the
    main card has not taken and the site has not muted. A critical rule is never muted."""
    own = {rule.id for rule in taken}
    groups: dict[str, list[FiredRule]] = {}
    for rule in case.guidance.rules:
        if rule.indicator not in ("warning", "critical") or rule.id in own:
            continue
        if rule.id in case.policy.muted and rule.indicator != "critical":
            continue
        groups.setdefault(card_rules()[rule.id].action, []).append(rule)
    critical_first = [(*_with("critical", group), *_with("warning", group)) for group in groups.values()]
    return (
        *[group for group in critical_first if group[0].indicator == "critical"],
        *[group for group in critical_first if group[0].indicator == "warning"],
    )


def _with(indicator: str, rules: Sequence[FiredRule]) -> list[FiredRule]:
    return [rule for rule in rules if rule.indicator == indicator]


def _references(case: Case, group: Group) -> tuple[str, ...]:
    by_finding = case.reading.sources.findings
    named = [rule.finding_id for rule in group if rule.finding_id in by_finding]
    wanted = named if len(named) == len(group) else list(by_finding)
    return tuple(dict.fromkeys([reference for name in wanted if name for reference in by_finding[name]]))


def extra_card(
    case: Case, group: Group, slots: dict[str, str], new_id: Callable[[], str], public_url: str
) -> Card:
    """Write one extra card: the summary of its worst rule, the details of all."""
    first, language = group[0], case.words.language
    family = card_rules()[first.id].family
    texts = case.words.rules
    own = {**slots, **rule_slots(case, first)}
    by_id = {rule.id: rule for rule in group}
    details = [
        said(case, texts[rule_id].detail, {**slots, **rule_slots(case, rule)})
        for rule_id, rule in by_id.items()
    ]
    detail = "\n\n".join([*dict.fromkeys(details), case.words.words["footer"]])
    return Card(
        uuid=new_id(),
        summary=summary(case, texts[first.id].summaries, own),
        detail=detail,
        indicator=first.indicator,
        family=family,
        topic=topic(family, language),
        links=(evidence_link(public_url, family, language),),
        suggestions=(),
        override_reasons=override_reasons(family, language),
        rule_ids=tuple(by_id),
        citations=citations_of(by_id.values()),
        references=_references(case, group),
    )


def extra_cards(
    case: Case,
    groups: Sequence[Group],
    slots: dict[str, str],
    new_id: Callable[[], str],
    public_url: str,
) -> tuple[Card, ...]:
    """Write the extra cards in the order of ``groups``."""
    return tuple([extra_card(case, group, slots, new_id, public_url) for group in groups])
