"""The codes mean what they were recorded to mean."""

from __future__ import annotations

from cards import terminology
from tests.cards.terminology.meanings import COLUMNS, MEANINGS, meanings, recorded


def test_every_code_means_what_was_recorded() -> None:
    """A code whose meaning changed is named; `make fixtures` writes the meanings again."""
    now, then = meanings(terminology), recorded()
    assert [row for row in now if row not in then] == []
    assert now == then


def test_the_record_names_its_columns() -> None:
    """The first line of the record is its heading."""
    assert MEANINGS.read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)
