"""The words of the console: one TOML file a language, with the same tables and names in both."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

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
        _compare(language, "tables", own.keys(), expected.keys())
        for table, entries in expected.items():
            _compare(language, f"[{table}]", own[table].keys(), entries.keys())
    for table, entries in own.items():
        for name, text in entries.items():
            if not str(text).strip():
                raise BrokenWordsError(f"{language}.toml: [{table}] {name} must be a text")
    return own


def _read(language: str) -> Words:
    try:
        return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as broken:
        raise BrokenWordsError(f"{language}.toml: {broken}") from None


def _compare(language: str, where: str, own: Iterable[str], expected: Iterable[str]) -> None:
    if set(own) != set(expected):
        different = ", ".join(sorted(set(own) ^ set(expected)))
        raise BrokenWordsError(f"{language}.toml: {where}: missing or unknown: {different}")
