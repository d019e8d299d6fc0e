"""The small data files beside the reading modules: CSV, checked when loaded."""

from __future__ import annotations

from importlib import resources

from cards.terminology.rows import BrokenTable, records


def data_rows(name: str, columns: tuple[str, ...], key: int = 1) -> list[dict[str, str]]:
    """The rows of a data file of this package.

    The first ``key`` columns name a row. Raises BrokenTable for other columns, an empty key cell, or a
    row that stands there twice.
    """
    text = resources.files("cards.reading").joinpath(name).read_text(encoding="utf-8")
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for line, cells in records(text, name, columns):
        own = tuple(cells[column] for column in columns[:key])
        if not all(own):
            raise BrokenTable(name, line, f"{', '.join(columns[:key])} must not be empty")
        if own in rows:
            raise BrokenTable(name, line, f"{' '.join(own)} stands here twice")
        rows[own] = cells
    return list(rows.values())
