"""The small tables of the reader name concepts that the terminology has."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cards.terminology import shipped

READING = Path(__file__).parents[3] / "cards" / "reading"


@pytest.mark.parametrize(
    "name", ["order_kinds.csv", "exam_types.csv", "order_meanings.csv", "history_codes.csv"]
)
def test_each_row_names_a_concept_of_its_domain(name: str) -> None:
    """A row of another domain, or of a concept that no code means, would never be found."""
    known = {(row.domain, row.concept) for row in shipped().rows}
    rows = csv.DictReader((READING / name).read_text(encoding="utf-8").splitlines())
    assert [row for row in rows if (row["domain"], row["concept"]) not in known] == []
