"""The BI-RADS categories a text names: ``BI-RADS 4A``, ``category 3``, ``ACR III``, ``Categoría 2``.

Used only to notice that a display or text contradicts its code, and for a subcategory that a
sender put into words; a category itself is never taken from words. Words such as "suspicious"
or "intermediate" name no category: systems use them for different ones (terminology README 7).
"""

from __future__ import annotations

import re
from typing import Final

_ANNOUNCING = (
    r"(?P<announced>(?i:bi[- ]?rads?|categor(?:y|ies|ia)|catégorie|categoría|kategor[a-zė]*"
    r"|\bcat\b\.?|\bacr\b))"
)
_JOINING = (
    r"(?:[\s:=#®()\[\]_-]"
    r"|(?i:\b(?:is|assessment|score|code|final|grade|class|classe|stufe|category|categoria|categoría|kategorie|acr|bi-?rads)\b))*?"
)
# What follows a number that counts something else: months, millimetres, an edition, a third dimension.
_NOT_COUNTING = (
    r"(?!\.?\s*-?(?i:mm|cm|months?|mes(?:es)?\b|monat|weeks?|semanas?|years?|años?|jahr|days?|th\b|st\b|nd\b|rd\b"
    r"|d\b|%|editi|edici|ed\b|auflage|views?|images?))"
)
_NUMBER = rf"(?P<number>[0-6])(?!\d|[.,]\d|[-\u2013][0-6]\b){_NOT_COUNTING}"
# A letter belongs to the number when it ends there: 4A, 4ALow, 4 (b), but not 2Benign or 4 a group.
_LETTER = r"(?:(?P<letter>[abcABC])(?![a-zà-ÿ])|\s?\((?P<bracketed>[abcABC])\))?"
_ROMAN = r"\b(?P<roman>VI|IV|V|I{1,3})(?P<after_roman>[abcABC])?(?!\w)"
_SECOND = r"(?:\s?/\s?(?P<second>4?[abcABC]|[0-6][abcABC]?)(?!\w))?"

_ANNOUNCED: Final = re.compile(rf"{_ANNOUNCING}{_JOINING}(?:{_NUMBER}{_LETTER}|{_ROMAN}){_SECOND}")
# "3 - Probably benign", "4A: low suspicion", or the category and nothing else.
_LEADING: Final = re.compile(
    rf"\s*\(?{_NUMBER}{_LETTER}\)?{_SECOND}(?:\s*$|\s+[-\u2013\u2014]\s+[^\d\s]|\s*[:=,]\s*[^\d\s])"
)
_ROMAN_ALONE: Final = re.compile(rf"\s*{_ROMAN}\s*")
_ROMAN_VALUES: Final = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6"}

_LONGEST_TEXT: Final = 2000
# Words that by themselves name no category; a category behind them is the only one that is named.
_PLAIN_WORDS: Final = frozenset(
    ("acr", "assessment", "bi-rads", "birads", "categoria", "categoría", "category", "catégorie", "kategorie")
)


def _category(number: str, letter: str | None) -> str:
    return f"4{letter.upper()}" if number == "4" and letter else number


def _of_match(found: re.Match[str]) -> set[str]:
    groups = found.groupdict()
    if groups.get("roman"):
        named = {_category(_ROMAN_VALUES[groups["roman"]], groups["after_roman"])}
    else:
        named = {_category(groups["number"], groups["letter"] or groups["bracketed"])}
    second = groups.get("second")
    if second:
        named.add(_category(second[0], second[1:]) if second[0].isdigit() else _category("4", second))
    return named


def named_categories(text: str) -> frozenset[str]:
    """The categories (0 to 6, 4A, 4B, 4C) that ``text`` names by number; empty when it names none.

    Understands numbers and Roman numerals after BI-RADS, ACR or the word for category in
    English, Spanish, Portuguese, French, German and Lithuanian, and a number that opens the text.
    """
    text = text[:_LONGEST_TEXT]
    named: set[str] = set()
    speaks_of_density = "densi" in text.lower()
    for found in _ANNOUNCED.finditer(text):
        if speaks_of_density and found["announced"].lower() == "acr":
            continue
        named |= _of_match(found)
    alone = _LEADING.match(text) or _ROMAN_ALONE.fullmatch(text)
    if alone is not None:
        named |= _of_match(alone)
    return frozenset(named)


def names_no_other(category: str, text: str) -> bool:
    """Whether ``text`` names no category but this one (``BI-RADS category 4A`` and 4A)."""
    *before, last = text.split(" ")
    if last == category and all(word.lower() in _PLAIN_WORDS for word in before):
        return True
    return named_categories(text) <= {category}
