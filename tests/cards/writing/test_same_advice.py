"""English and Spanish cards of a report say the same: what, which side, when, how urgent."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cards.writing.card import Card
from cards.writing.texts import texts
from tests.cards.writing.written import everything

ADVICE = {
    "en": {
        "interval": r"(\d+)[ -](year|month|week|day)",
        "left": r"\bleft\b",
        "right": r"\bright\b",
        "both": r"\bboth\b|\bbilateral\b",
    },
    "es": {
        "interval": r"(\d+) (año|mes|semana|día)",
        "left": r"\bizquierda\b",
        "right": r"\bderecha\b",
        "both": r"\bambas\b",
    },
}
NAMED_CATEGORIES = r"categor(?:y|ía) ((?:\d[ABC]?(?:, | or | o )?)+)"
UNITS = {"año": "year", "mes": "month", "semana": "week", "día": "day"}


def _after_next(detail: str) -> str:
    """Return what follows "Next:", where the steps stand; nothing on a card without steps."""
    parts = re.split(r"next:|siguiente paso:", detail.lower(), maxsplit=1)
    return parts[1] if len(parts) == 2 else ""


def _advice(card: Card, language: str) -> dict[str, Any]:
    """Pull interval, side, category, date and action out of the words of a card."""
    patterns = ADVICE[language]
    next_line = card.detail
    steps = texts(language).steps
    named = {
        name
        for name, step in steps.items()
        if step.next.split("{")[0].strip().lower() in _after_next(next_line) and name != "excision"
    }
    intervals = {
        (number, UNITS.get(unit, unit)) for number, unit in re.findall(patterns["interval"], next_line)
    }
    return {
        "steps": named,
        "dates": set(re.findall(r"\d{4}-\d{2}-\d{2}", next_line)),
        "intervals": intervals,
        "categories": {
            number
            for group in re.findall(
                r"categor(?:y|ía) ((?:\d[ABC]?(?:, | or | o )?)+)", next_line, re.IGNORECASE
            )
            for number in re.findall(r"\d[ABC]?", group)
        },
        "sides": {side for side in ("left", "right") if re.search(patterns[side], next_line, re.IGNORECASE)},
    }


def _core(card: Card, language: str) -> str:
    """Keep the paragraphs every detail has: verdict, what was read, what comes next."""
    return "\n\n".join(card.detail.split("\n\n")[:3])


def test_both_languages_give_the_same_advice():
    """English and Spanish cards of a report agree in interval, side, action, date, urgency and order."""
    for english, spanish in everything():
        assert len(english.cards) == len(spanish.cards), english.name
        for one, other in zip(english.cards, spanish.cards, strict=True):
            assert (one.family, one.indicator, one.rule_ids) == (
                other.family,
                other.indicator,
                other.rule_ids,
            )
            resources = [
                [
                    {
                        name: action.resource.get(name)
                        for name in ("resourceType", "bodySite", "occurrencePeriod")
                    }
                    for suggestion in card.suggestions
                    for action in suggestion.actions
                ]
                for card in (one, other)
            ]
            assert resources[0] == resources[1], english.name
            recommended = [[s.is_recommended for s in card.suggestions] for card in (one, other)]
            assert recommended[0] == recommended[1], english.name
            read = [
                _advice(replace(card, detail=_core(card, language)), language)
                for card, language in ((one, "en"), (other, "es"))
            ]
            assert read[0] == read[1], (english.name, one.detail, other.detail)
