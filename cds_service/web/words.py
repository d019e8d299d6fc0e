"""The words of the console: one TOML file a language, with the same tables and names in both.

The titles of the rules are the catalogue's in English, and a table of their own in Spanish.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from cards.guidance import RULES

LANGUAGES = ("en", "es")
_FOLDER = Path(__file__).with_name("words")

Words = Mapping[str, Mapping[str, str]]


class BrokenWordsError(ValueError):
    """A file of words that cannot be used: file and reason."""


@cache
def words(language: str) -> Words:
    """Return the words of ``en`` or ``es``, table by table.

    Raises BrokenWordsError when a table or a name is missing, unknown or empty; English says which there are.
    """
    own = _read(language)
    if language != "en":
        expected = _read("en")
        _compare(f"{language}.toml", "tables", own.keys(), expected.keys())
        for table, entries in expected.items():
            _compare(f"{language}.toml", f"[{table}]", own[table].keys(), entries.keys())
    for table, entries in own.items():
        for name, text in entries.items():
            if not str(text).strip():
                raise BrokenWordsError(f"{language}.toml: [{table}] {name} must be a text")
    return own


@cache
def rule_titles(language: str) -> Mapping[str, str]:
    """The title of each rule in ``en`` or ``es``; raises BrokenWordsError when one is missing or unknown."""
    if language == "en":
        return {rule.id: rule.title for rule in RULES.values()}
    name = f"rule_titles_{language}.csv"
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        titles = {row["rule"]: row["title"] for row in csv.DictReader(file)}
    _compare(name, "rules", (rule for rule, title in titles.items() if title), RULES)
    return titles


def _read(language: str) -> Words:
    try:
        return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as broken:
        raise BrokenWordsError(f"{language}.toml: {broken}") from None


def _compare(file: str, where: str, own: Iterable[str], expected: Iterable[str]) -> None:
    different = ", ".join(sorted(set(own) ^ set(expected)))
    if different:
        raise BrokenWordsError(f"{file}: {where}: missing or unknown: {different}")
