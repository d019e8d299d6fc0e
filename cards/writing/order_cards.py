"""The cards for whoever signs an order: one for each draft that contradicts what was advised last."""

from __future__ import annotations

from collections.abc import Callable

from cards.guidance.guidance import FiredRule
from cards.writing.card import Card
from cards.writing.case import INDICATOR_RANK, Case
from cards.writing.detail import problems_paragraph, read_paragraph
from cards.writing.families import override_reasons, topic
from cards.writing.links import evidence_link
from cards.writing.phrases import capital
from cards.writing.sentences import filled
from cards.writing.summaries import summary
from cards.writing.texts import CardText

FAMILY = "order"


def order_cards(case: Case, new_id: Callable[[], str], public_url: str, most: int) -> tuple[Card, ...]:
    """Write at most ``most`` cards, the most urgent first; none where every order fits."""
    by_order: dict[str, list[FiredRule]] = {}
    for rule in case.guidance.rules:
        if rule.id.startswith("R-OS-"):
            by_order.setdefault(str(rule.inputs["order"]), []).append(rule)
    groups = sorted(by_order.values(), key=lambda rules: -_urgency(rules[0]))
    return tuple(_card(case, rules, new_id, public_url) for rules in groups[:most])


def _urgency(rule: FiredRule) -> int:
    return INDICATOR_RANK[rule.indicator]


def _text(case: Case, rule: FiredRule) -> CardText:
    removed = "mastectomy_side" in rule.inputs
    return case.words.rules[f"{rule.id}/removed" if removed else rule.id]


def _slots(case: Case, rule: FiredRule) -> dict[str, str]:
    inputs, words = rule.inputs, case.words
    missing = words.words["no_date"]
    sides = inputs.get("advised_sides")
    advised_side = sides[0] if isinstance(sides, tuple) and len(sides) == 1 else "both"
    event = inputs.get("event")
    advised = words.tables["advised"][str(event)] if event else ""
    side = inputs["order_side"]
    about_side = rule.id == "R-OS-03"
    return {
        "order": words.tables["order"][str(inputs["order_kind"])],
        "item": words.tables["breast"][str(side)] if about_side else str(inputs["order_first"] or missing),
        "advised": advised,
        "Advised": capital(advised),
        "breast": words.tables["breast"][str(advised_side)],
        "due": str(inputs.get("due") or missing),
    }


def _card(case: Case, rules: list[FiredRule], new_id: Callable[[], str], public_url: str) -> Card:
    first, language = rules[0], case.words.language
    slots = _slots(case, first)
    paragraphs = [filled(_text(case, rule).detail, slots) for rule in rules]
    paragraphs += [read_paragraph(case, most=1), problems_paragraph(case), case.words.words["footer"]]
    return Card(
        uuid=new_id(),
        summary=summary(case, _text(case, first).summaries, slots),
        detail="\n\n".join(text for text in paragraphs if text),
        indicator=first.indicator,
        family=FAMILY,
        topic=topic(FAMILY, language),
        links=(evidence_link(public_url, FAMILY, language),),
        suggestions=(),
        override_reasons=override_reasons(FAMILY, language),
        rule_ids=tuple(dict.fromkeys(rule.id for rule in rules)),
        citations=tuple(dict.fromkeys(citation for rule in rules for citation in rule.citations)),
        references=tuple(
            dict.fromkeys(one for many in case.reading.sources.findings.values() for one in many)
        ),
    )
