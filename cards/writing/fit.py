"""The paragraphs of a detail, joined inside 900 characters (R-CD-03)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cards.writing.sentences import filled

MAX_DETAIL: Final = 900


def length(paragraphs: Sequence[str]) -> int:
    """Return how many characters paragraphs take, blank lines included."""
    characters = 0
    for text in paragraphs:
        if text:
            characters += len(text) + 2
    return characters


def fit(required: Sequence[str], optional: Sequence[tuple[int, str]], more: str) -> str:
    """Join paragraphs inside MAX_DETAIL characters.

    ``required`` always stand, in order, an empty text marking where the optional ones go;
    ``optional`` are (priority, text): the lowest number is kept first, the order given is the
    order shown. ``more`` counts the notes that had no room.
    """
    room = MAX_DETAIL - length(required) - len(more) - 2
    note_fits = room >= 0
    kept: set[int] = set()
    for wanted in sorted({priority for priority, _ in optional}):
        for index, (priority, text) in enumerate(optional):
            if priority == wanted and len(text) + 2 <= room:
                room -= len(text) + 2
                kept.add(index)
    notes: list[str] = []
    rest: list[str] = []
    dropped = 0
    for index, (_, text) in enumerate(optional):
        if index not in kept:
            dropped += text.startswith("- ")
        elif text.startswith("- "):
            notes.append(text)
        else:
            rest.append(text)
    if dropped and note_fits:
        notes.append(filled(more, {"count": str(dropped)}))
    place = required.index("")
    paragraphs = [*required[:place], "\n".join(notes), *rest, *required[place + 1 :]]
    return "\n\n".join([text for text in paragraphs if text])
