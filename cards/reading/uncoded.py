"""Described but not coded (R-SC-07): words of the report that no code stands for.

The words are only noticed, never interpreted: the answer is a quiet card that says so.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from functools import cache

from cards.reading.data_file import data_rows
from cards.reading.observed import Observed
from cards.reading.resources import Json, references_of
from cards.terminology import BrokenTable

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>")
_SENTENCE = re.compile(r"[.!?;:]+(?:\s|$)|[\r\n\u2028]+")
_WORD = re.compile(r"[^\W\d_]+")
_BLOCKS = frozenset(
    ("br", "div", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "td", "th", "tr")
)
_LONGEST = 200_000


@cache
def _words() -> tuple[tuple[str, ...], frozenset[str]]:
    """Calcification stems and negation words, English and Spanish, from uncoded_words.csv."""
    stems: list[str] = []
    negations: list[str] = []
    for line, row in enumerate(
        data_rows("uncoded_words.csv", ("kind", "language", "word", "note"), key=3), 2
    ):
        if row["kind"] not in ("stem", "negation"):
            raise BrokenTable("uncoded_words.csv", line, "kind must be stem or negation")
        (stems if row["kind"] == "stem" else negations).append(row["word"])
    return tuple(stems), frozenset(negations)


def is_described(report: Json, observations: list[Observed]) -> bool:
    """Whether a sentence of the report without a negation word holds a calcification stem.

    Looked at: ``conclusion``, the narrative, ``presentedForm`` in plain text or HTML, notes, and
    texts of the report's Observations; of each at most 200,000 characters.
    """
    return any(_describes(text[:_LONGEST]) for text in _texts(report, observations))


def _describes(text: str) -> bool:
    stems, negations = _words()
    for sentence in _SENTENCE.split(text.lower()):
        words = _WORD.findall(sentence)
        if any(word.startswith(stems) for word in words) and negations.isdisjoint(words):
            return True
    return False


def _texts(report: Json, observations: list[Observed]) -> Iterator[str]:
    yield from _strings(report.get("conclusion"))
    yield from _narrative(report.get("text"))
    for form in references_of(report.get("presentedForm")):
        yield from _attachment(form)
    yield from _notes(report)
    for observed in observations:
        yield from _strings(observed.resource.get("valueString"))
        yield from _notes(observed.resource)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value


def _notes(resource: Json) -> Iterator[str]:
    for note in references_of(resource.get("note")):
        if isinstance(note, dict):
            yield from _strings(note.get("text"))


def _narrative(text: object) -> Iterator[str]:
    if isinstance(text, dict) and isinstance(text.get("div"), str):
        yield _plain(text["div"])


def _plain(markup: str) -> str:
    """The text of an XHTML fragment; the end of a block ends a sentence."""
    return html.unescape(_TAG.sub(lambda tag: "\n" if tag[2].lower() in _BLOCKS else " ", markup[:_LONGEST]))


def _attachment(form: object) -> Iterator[str]:
    if not isinstance(form, dict):
        return
    kind, data = form.get("contentType"), form.get("data")
    if not (isinstance(kind, str) and isinstance(data, str)):
        return
    media = kind.partition(";")[0].strip().lower()
    if media not in ("text/plain", "text/html", "application/xhtml+xml"):
        return
    try:
        text = base64.b64decode(data[: _LONGEST * 2 // 4 * 4]).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return
    yield text if media == "text/plain" else _plain(text)
