"""The tool that changes the cells of the clinical tables finds what it should."""

from __future__ import annotations

import sys

import pytest

from tests.mutate_data import (
    NOT_MEDICINE,
    PACKAGE,
    ROOM,
    TEXT_ONLY,
    changes,
    csv_changes,
    passing,
    tables,
    toml_changes,
)

TABLE = "# Section 1\nrule,words\nR-1,a b\nR-2,\n"


@pytest.fixture(autouse=True)
def same_model_after():
    """Give later tests the model that they imported."""
    before = {name: module for name, module in sys.modules.items() if name.startswith(PACKAGE)}
    yield
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]
    sys.modules.update(before)
    sys.modules["cards"].guidance = before[PACKAGE]


def test_each_cell_of_a_csv_table_is_changed_in_its_line():
    """Comment lines and the header stay; each other cell becomes what stands elsewhere in its column."""
    found = [(one.line, one.column, one.value, one.others) for one in csv_changes("t.csv", TABLE)]
    assert found == [
        (3, "rule", "R-1", ("R-2",)),
        (3, "words", "a b", ("a", "")),
        (4, "rule", "R-2", ("R-1",)),
        (4, "words", "", ("a b",)),
    ]
    assert next(csv_changes("t.csv", TABLE)).texts == ("# Section 1\nrule,words\nR-2,a b\nR-2,",)


def test_each_token_of_a_record_is_changed():
    """Words, numbers and truth values change one at a time; headings and comments stay."""
    found = [(one.line, one.texts) for one in toml_changes("t.toml", '[x]\na = ["b", 5]\nc = true # d = 3')]
    assert found == [
        (2, ('[x]\na = ["b_x", 5]\nc = true # d = 3',)),
        (2, ('[x]\na = ["b", 6]\nc = true # d = 3',)),
        (3, ('[x]\na = ["b", 5]\nc = false # d = 3',)),
        (3, ('[x]\na = ["b", 5]\nc = true # d = 4',)),
    ]


def test_a_changed_set_of_the_base_table_is_noticed():
    """A category that leaves the base table changes a worked case or a recorded outcome."""
    noticed = [one for one in changes(ROOM / "base_table.csv") if (one.line, one.column) == (5, "grouped")]
    assert [passing(one) for one in noticed] == [()]


def test_what_is_left_out_exists():
    """Each table and column that the rule leaves out is there, so the rule cannot grow stale."""
    assert {ROOM / name for name in (*TEXT_ONLY, *NOT_MEDICINE)} - set(ROOM.iterdir()) == set()
    for name, columns in TEXT_ONLY.items():
        text = (ROOM / name).read_text(encoding="utf-8")
        assert [column for column in columns if column not in text] == []


def test_every_table_of_the_model_is_changed():
    """Each CSV and TOML file of the model is walked, but the worked cases, which are a test."""
    files = {path.name for path in ROOM.iterdir() if path.suffix in (".csv", ".toml")}
    assert {path.name for path in tables()} == files - NOT_MEDICINE
