"""The reader makes of each code what was recorded."""

from __future__ import annotations

from tests.cards.reading.codes_read import CODES_READ, COLUMNS, codes_read, recorded


def test_every_code_is_read_as_recorded() -> None:
    """A code that changes something else is named with its place; `make fixtures` records again."""
    now, then = list(codes_read()), recorded()
    assert [row for row in now if row not in set(then)] == []
    assert now == then


def test_the_record_names_its_columns() -> None:
    """The first line of the record is its heading."""
    assert CODES_READ.read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)
