"""Texts with slots: each is taken apart once and filled for every report."""

from __future__ import annotations

from string import Formatter
from typing import Final

# Text of a table -> its pieces: literal text and the name of a slot by turns.
_PIECES: Final[dict[str, tuple[str, ...]]] = {}


def filled(text: str, slots: dict[str, str]) -> str:
    """Put ``slots`` into a text of the tables. Raises KeyError for a slot that has no value."""
    pieces = _PIECES.get(text)
    if pieces is None:
        pieces = _PIECES[text] = _taken_apart(text)
    said: list[str] = []
    is_slot = False
    for piece in pieces:
        said.append(slots[piece] if is_slot else piece)
        is_slot = not is_slot
    return "".join(said)


def _taken_apart(text: str) -> tuple[str, ...]:
    pieces = [""]
    for literal, slot, _, _ in Formatter().parse(text):
        pieces[-1] += literal  # a doubled brace parts a literal in two
        if slot is not None:
            pieces += [slot, ""]
    return tuple(pieces)
