"""One row of a terminology table, and the reading of a CSV file of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from importlib import resources
from sys import intern
from typing import NamedTuple

COLUMNS = ("concept", "system", "code", "display", "source", "verified", "note")


class BrokenTable(ValueError):
    """A data file cannot be used; the message names file, line and reason."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


class Row(NamedTuple):
    """One coding and the concept it means; ``line`` is its line in ``file``."""

    domain: str
    concept: str
    system: str
    code: str
    display: str
    source: str
    verified: bool
    note: str
    file: str
    line: int


def shipped_text(name: str) -> str:
    """The text of a data file of this package, as ``tables/morphology.csv``."""
    return resources.files("cards.terminology").joinpath(name).read_text(encoding="utf-8")


def records(
    text: str, file: str, columns: tuple[str, ...], above: int = 0
) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a CSV text as dictionaries with exactly ``columns``; blank lines are passed over.

    ``above`` is how many lines of the file stand above the text. Raises :class:`BrokenTable` for another
    header, a row of another width, or a NUL byte.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != columns:
            raise BrokenTable(file, above + 1, f"the columns must be {','.join(columns)}")
        for cells in reader:
            line = above + reader.line_num
            if cells and len(cells) != len(columns):
                raise BrokenTable(file, line, f"{len(cells)} cells where {len(columns)} are expected")
            if cells:
                # Interned, so that comparing a cell with a name in the code is comparing two pointers.
                yield line, dict(zip(columns, map(intern, cells), strict=True))
    except csv.Error as error:
        raise BrokenTable(file, above + reader.line_num, str(error)) from error


def table_rows(text: str, file: str, domain: str | None = None) -> Iterator[Row]:
    """The rows of one terminology table.

    Without ``domain`` the concept cell carries it (``morphology.amorphous``): the form of a
    site's ``codes.csv``, which holds rows of all domains. Raises :class:`BrokenTable`.
    """
    for line, cells in records(text, file, COLUMNS):
        row_domain, concept = domain, cells["concept"]
        if row_domain is None:
            row_domain, dot, concept = concept.partition(".")
            if not dot:
                row_domain, concept = "", cells["concept"]
        if not concept or not cells["system"]:
            raise BrokenTable(file, line, "concept and system must not be empty")
        if cells["verified"] not in ("true", "false"):
            raise BrokenTable(file, line, "verified must be true or false")
        yield Row(
            row_domain,
            concept,
            cells["system"],
            cells["code"],
            cells["display"],
            cells["source"],
            cells["verified"] == "true",
            cells["note"],
            file,
            line,
        )
