"""The paragraphs of a detail, joined inside 900 characters (R-CD-03)."""

from __future__ import annotations

from typing import Final

from cards.writing.sentences import filled

MAX_DETAIL: Final = 900


def length(paragraphs: list[str]) -> int:
    """Return how many characters paragraphs take, blank lines included."""
    characters = 0
    for text in paragraphs:
        if text:
            characters += len(text) + 2
    return characters


def _kept(optional: list[tuple[int, str]], room: int) -> list[bool]:
    """Say for each optional paragraph whether it has room, the lowest priorities first."""
    if length([text for _, text in optional]) <= room:
        return [True] * len(optional)
    kept = [False] * len(optional)
    for wanted in sorted({priority for priority, _ in optional}):
        for index, (priority, text) in enumerate(optional):
            if priority == wanted and len(text) + 2 <= room:
                room -= len(text) + 2
                kept[index] = True
    return kept


def fit(required: list[str], optional: list[tuple[int, str]], more: str) -> str:
    """Join paragraphs inside MAX_DETAIL characters.

    ``required`` always stand, in order, an empty text marking where the optional ones go;
    ``optional`` are (priority, text): the lowest number is kept first, the order given is the
    order shown. ``more`` counts the notes that had no room.
    """
    room = MAX_DETAIL - length(required) - len(more) - 2
    note_fits = room >= 0
    kept = _kept(optional, room)
    notes: list[str] = []
    rest: list[str] = []
    dropped = 0
    for index, (_, text) in enumerate(optional):
        if not kept[index]:
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
