"""Reading the data files of the model: every file is checked, a broken one is refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from cards.terminology import BrokenTable as BrokenTable
from cards.terminology.rows import records

Vocabulary = Mapping[str, object] | tuple[str, ...] | frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV table: its cells by column name, and where it stands."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def refuse(self, reason: str) -> BrokenTable:
        """Return (for the caller to raise) the refusal of this row."""
        return BrokenTable(self.file, self.line, reason)

    def one_of(self, column: str, allowed: Vocabulary) -> str:
        """Return the cell when it holds one of ``allowed``; refuse the row otherwise."""
        value = self.cells[column]
        if value not in allowed:
            raise self.refuse(f"{column} is {value!r}, allowed are {', '.join(map(str, allowed))}")
        return value

    def some_of(self, column: str, allowed: Vocabulary) -> tuple[str, ...]:
        """Return the words of a cell that holds any number of ``allowed``, parted by spaces."""
        words = tuple(self.cells[column].split())
        for word in words:
            if word not in allowed:
                raise self.refuse(f"{column} holds {word!r}, allowed are {', '.join(map(str, allowed))}")
        if len(set(words)) != len(words):
            raise self.refuse(f"{column} names a word twice")
        return words

    def number(self, column: str) -> int:
        """Return the cell as a whole number of zero or more."""
        value = self.cells[column]
        if not value.isascii() or not value.isdigit():
            raise self.refuse(f"{column} is {value!r}, a whole number is needed")
        return int(value)


def table_text(file: str) -> str:
    """Return the text of one data file of this room."""
    return files("cards.guidance").joinpath(file).read_text(encoding="utf-8")


def read_rows(file: str, columns: tuple[str, ...], text: str | None = None) -> tuple[Row, ...]:
    """Read a CSV table whose comment lines (``#``) stand above the header.

    ``text`` replaces the content of the shipped file. Raises BrokenTable when the section is not
    named, the header differs from ``columns``, a line has too few or too many cells or there is
    no line at all.
    """
    return tuple(_rows(file, columns, table_text(file) if text is None else text))


def _rows(file: str, columns: tuple[str, ...], text: str) -> Iterator[Row]:
    lines = text.splitlines()
    header = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if not any("section" in line.lower() for line in lines[:header]):
        raise BrokenTable(file, 1, "the comment above the table does not name the section it implements")
    empty = True
    for line, cells in records("\n".join(lines[header:]), file, columns, header):
        empty = False
        yield Row(file, line, cells)
    if empty:
        raise BrokenTable(file, header + 1, "the table is empty")


def read_records(file: str, text: str | None = None) -> dict[str, tuple[int, dict[str, object]]]:
    """Read a TOML file of named records: name -> (line of its heading, members).

    Raises BrokenTable for text that is not TOML, for an entry outside a record and when the
    comment at the top names no section.
    """
    text = table_text(file) if text is None else text
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        found = re.search(r"line (\d+)", str(problem))
        raise BrokenTable(file, int(found[1]) if found else text.count("\n") + 1, str(problem)) from problem
    lines = text.splitlines()
    if not lines or not lines[0].startswith("#") or "section" not in lines[0].lower():
        raise BrokenTable(file, 1, "the comment at the top does not name the section it implements")
    records: dict[str, tuple[int, dict[str, object]]] = {}
    for name, members in content.items():
        if not isinstance(members, dict):
            line = next((number for number, row in enumerate(lines, 1) if row.startswith(name)), 1)
            raise BrokenTable(file, line, f"{name} stands outside a record")
        records[name] = (lines.index(f"[{name}]") + 1 if f"[{name}]" in lines else 1, members)
    return records
