"""Small phrases: a finding, a category, an interval, a place, a list, a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from cards.facts import Finding
from cards.guidance.table_files import read_rows
from cards.writing.sentences import filled
from cards.writing.texts import Texts, texts

_DURATION: Final = re.compile(r"P(\d+)([YMWD])")
_UNITS: Final = {
    "Y": ("year", "years"),
    "M": ("month", "months"),
    "W": ("week", "weeks"),
    "D": ("day", "days"),
}
_MARKDOWN: Final = str.maketrans(
    {"<": "&lt;", ">": "&gt;", "&": "&amp;"} | {sign: f"\\{sign}" for sign in "\\`*_[]|#!"}
)
_TERM_COLUMNS: Final = ("kind", "spelling", "term", "class", "ambiguous")


@lru_cache(maxsize=1)
def _terms() -> tuple[Mapping[str, str], Mapping[str, str], frozenset[str]]:
    """Return the shape and the distribution spellings, and the ambiguous shapes (section 2.3)."""
    rows = read_rows("terms.csv", _TERM_COLUMNS)
    shapes = {row["spelling"]: row["term"] for row in rows if row["kind"] == "morphology"}
    spreads = {row["spelling"]: row["term"] for row in rows if row["kind"] == "distribution"}
    return shapes, spreads, frozenset(row["spelling"] for row in rows if row["ambiguous"])


def capital(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def escape(text: str) -> str:
    """Return data made harmless inside Markdown: no HTML, link, emphasis or heading.

    An address, a code system for instance, becomes a code span: GitHub's flavour would make a
    link of it, also when it is escaped.
    """
    return " ".join(
        f"`{word.replace('`', '')}`"
        if "://" in word or word.startswith("www.")
        else word.translate(_MARKDOWN)
        for word in text.split()
    )


def bare_code(code: str) -> str:
    """Return a received code without its system: an address in a text would become a link."""
    return code.rpartition("|")[2].rpartition("://")[2]


def joined(items: Sequence[str], last: str, language_comma: str = ", ") -> str:
    """Join words with commas and, before the last one, ``last`` (" and ", " or ")."""
    if len(items) < 2:
        return "".join(items)
    return language_comma.join(items[:-1]) + last + items[-1]


@lru_cache(maxsize=512)
def interval_words(duration: str | None, language: str) -> str:
    """Say an ISO 8601 duration of one unit in words; another one is shown as it stands."""
    if duration is None:
        return ""
    table = texts(language).tables["interval"]
    match = _DURATION.fullmatch(duration)
    if match is None:
        return duration
    one, many = _UNITS[match[2]]
    count = int(match[1])
    return table[one] if count == 1 else filled(table[many], {"count": str(count)})


def unknown_shapes(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the shape codes that no table names, as received (R-DQ-05)."""
    shapes = _terms()[0]
    raw = (name for finding in findings for name in finding.morphology)
    return tuple(dict.fromkeys(name for name in raw if name not in shapes))


def ambiguous_shapes(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the shape codes that were read in their more serious sense (R-DQ-11)."""
    ambiguous = _terms()[2]
    raw = (name for finding in findings for name in finding.morphology)
    return tuple(dict.fromkeys(name for name in raw if name in ambiguous))


@lru_cache(maxsize=4096)
def _finding_words(
    language: str, side: str, morphology: tuple[str, ...], distribution: str, change: str, noun: bool
) -> str:
    words = texts(language)
    tables = words.tables
    known_shapes, known_spreads, _ = _terms()
    spread = known_spreads.get(distribution, "")
    shapes = dict.fromkeys(known_shapes.get(name, "") for name in morphology)
    if spread in tables["morphology"]:  # two code lists carry this shape as a distribution
        shapes[spread] = None
    if "fine_linear_branching" in shapes and spread == "linear":
        spread = ""
    parts = {
        "change": tables["change"].get(change, "") if noun else "",
        "side": tables["side"].get(side, ""),
        "distribution": tables["distribution"].get(spread, ""),
        "morphology": joined(
            [tables["morphology"][name] for name in shapes if name in tables["morphology"]],
            words.words["and"],
        ),
        "calcifications": words.words["calcifications"],
    }
    if not noun and (parts["morphology"] or parts["distribution"]):
        parts["calcifications"] = ""
    return " ".join(parts[name] for name in words.words["finding_order"].split() if parts[name])


def finding_words(finding: Finding, words: Texts, *, noun: bool = True, side: bool = True) -> str:
    """Describe a finding: "new left grouped amorphous calcifications", without the noun and
    the change when ``noun`` is false, without the side when ``side`` is false."""
    laterality = finding.laterality if side else "missing"
    return _finding_words(
        words.language, laterality, finding.morphology, finding.distribution, finding.change, noun
    )


def category_list(categories: Sequence[str], words: Texts) -> str:
    """Name the usual categories: "category 4A or 4B"."""
    return filled(words.tables["expected"]["list"], {"items": joined(categories, words.words["or"])})


def place_words(concepts: Sequence[str], words: Texts) -> str:
    """Name the coded place of a finding; concepts without a word are left out."""
    table = words.tables["place"]
    named = []
    for concept in concepts:
        kind, _, rest = concept.partition("_")
        if kind == "clock":
            named.append(filled(table["clock"], {"time": rest.replace("_", ":")}))
        elif kind == "region" and rest.startswith("axilla") and rest != "axillary_tail":
            named.append(table["axilla"])
        elif rest in table:
            named.append(table[rest])
    return ", ".join(dict.fromkeys(named))


@lru_cache(maxsize=512)  # most cards name the same few days: today, and when something is due
def day(value: date) -> str:
    """Write a date as ISO 8601: the same in every country and language."""
    return value.isoformat()
