"""The texts: both languages complete, slots known, a broken file refused with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from string import Formatter

import pytest

from cards.writing.sentences import filled
from cards.writing.texts import Texts, parse_texts, texts

ENGLISH = files("cards.writing").joinpath("texts", "en.toml").read_text(encoding="utf-8")


def _flat(words: Texts) -> Iterator[tuple[str, str]]:
    for name, table in words.tables.items():
        for key, text in table.items():
            yield f"{name}.{key}", text
    for key, step in words.steps.items():
        yield f"step.{key}.next", step.next
        yield f"step.{key}.order", step.order
        yield f"step.{key}.text", step.text
    for group, cards in (("main", words.mains), ("rule", words.rules)):
        for key, card in cards.items():
            yield f"{group}.{key}.title", card.title
            yield f"{group}.{key}.detail", card.detail


def _slots(text: str) -> set[str]:
    return {slot.lower() for _, slot, _, _ in Formatter().parse(text) if slot}


def test_spanish_says_everything_english_says():
    """Each English text has a Spanish one and the reverse."""
    assert dict(_flat(texts("en"))).keys() == dict(_flat(texts("es"))).keys()


def test_both_languages_fill_the_same_slots():
    """A Spanish text names the same facts as its English one."""
    spanish = dict(_flat(texts("es")))
    for key, text in _flat(texts("en")):
        assert _slots(text) == _slots(spanish[key]), key


def test_no_text_was_left_in_english():
    """A Spanish sentence differs from its English one."""
    spanish = dict(_flat(texts("es")))
    for key, text in _flat(texts("en")):
        words = re.sub(r"\{\w+\}|[^\w\s]", "", text).split()
        if len(words) > 4 and not key.startswith(("words.seed", "profile_source")):
            assert text != spanish[key], key


def test_reasons_have_one_order():
    """The order of the reasons decides which one is shown, so both languages have the same."""
    assert list(texts("en").tables["why"]) == list(texts("es").tables["why"])


def test_an_unknown_language_gets_english():
    """A language without texts is answered in English."""
    assert texts("fr") == texts("en")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('no_category = "no category"', 'no_category = "no {categry}"', r"unknown slot \{categry\}"),
        ('no_category = "no category"', 'no_category = ""', "must be a str that is not empty"),
        ('no_category = "no category"', 'no_category = "{category!r}"', "unknown slot"),
        ('no_category = "no category"', 'no_category = "{"', "no_category: "),
        ("[target]", "[targets]", "is missing or unknown"),
        ('next = "surgical referral"', "", "needs next, order, text"),
        ("[words]", "[words", "TOML|Expected|expected"),
    ],
)
def test_a_broken_text_is_refused(old: str, new: str, reason: str):
    """A missing table or member, an empty text and an unknown slot are refused with the line."""
    assert old in ENGLISH
    with pytest.raises(ValueError, match=rf"en\.toml, line \d+: .*({reason})"):
        parse_texts("en", ENGLISH.replace(old, new, 1))


def test_a_text_is_filled_like_a_format_string():
    """Slots, doubled braces and a text without a slot come out as format_map writes them."""
    slots = {"side": "left", "count": "2"}
    for text in ("{side} breast: {count} of {count}", "no slot", "{{side}} is {side}", "{side}", ""):
        assert filled(text, slots) == text.format_map(slots)


def test_a_text_with_an_unknown_slot_is_not_filled():
    """A slot without a value is an error, never an empty place in a sentence."""
    with pytest.raises(KeyError):
        filled("{side} breast", {})
