"""Texts with slots: each is taken apart once and filled for every report."""

from __future__ import annotations

from string import Formatter
from typing import Final

# Text of a table -> its pieces: literal text and the name of a slot by turns.
_PIECES: Final[dict[str, tuple[str, ...]]] = {}


def filled(text: str, slots: dict[str, str]) -> str:
    """Put ``slots`` into a text of the tables. Raises KeyError for a slot that has no value."""
    pieces = _pieces(text)
    if len(pieces) == 1:
        return pieces[0]
    if len(pieces) == 3:
        return f"{pieces[0]}{slots[pieces[1]]}{pieces[2]}"
    said = list(pieces)
    for place in range(1, len(pieces), 2):
        said[place] = slots[pieces[place]]
    return "".join(said)


def slots_of(text: str) -> tuple[str, ...]:
    """Name the slots of a text in order, one that stands twice twice."""
    return _pieces(text)[1::2]


def _pieces(text: str) -> tuple[str, ...]:
    pieces = _PIECES.get(text)
    if pieces is None:
        pieces = _PIECES[text] = _taken_apart(text)
    return pieces


def _taken_apart(text: str) -> tuple[str, ...]:
    pieces = [""]
    for literal, slot, _, _ in Formatter().parse(text):
        pieces[-1] += literal  # a doubled brace parts a literal in two
        if slot is not None:
            pieces += [slot, ""]
    return tuple(pieces)
