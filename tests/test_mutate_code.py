"""The tools that change code and cells find what they should."""

from __future__ import annotations

from pathlib import Path

from tests.forked import every_nth, share
from tests.mutate_code import ROOMS, ROOT, changes
from tests.mutate_tables import NOT_READ, STAGES, cells, tables


def test_every_change_is_in_a_function_and_changes_the_file(tmp_path: Path):
    """An operator and a number in a function are changed one at a time; a constant outside stays."""
    file = tmp_path / "small.py"
    file.write_text("LIMIT = 5\n\n\ndef above(value):\n    return value > LIMIT + 1\n")
    texts = {one.text().splitlines()[4] for one in changes(file)}
    assert texts == {
        "    return value >= LIMIT + 1",
        "    return value > LIMIT - 1",
        "    return value > LIMIT + 2",
    }
    assert {one.text().splitlines()[0] for one in changes(file)} == {"LIMIT = 5"}


def test_a_difference_names_file_and_line():
    """A survivor can be found by its file and line, with the line before and after."""
    first = next(changes(ROOT / "cards" / "guidance" / "winner.py"))
    name, before, after = first.difference().splitlines()
    assert name.startswith("cards/guidance/winner.py @@ -")
    assert (before[0], after[0]) == ("-", "+")


def test_every_nth_is_spread_evenly():
    """Three of nine are every third; for 0 all are taken."""
    assert list(every_nth(9, 3, 0)) == [0, 3, 6]
    assert list(every_nth(9, 3, 4)) == [1, 4, 7]
    assert list(every_nth(4, 0, 0)) == [0, 1, 2, 3]


def test_a_share_of_some_has_an_interval():
    """90 of 100 tried out of 1,000: the Wilson interval is 82.6 to 94.5 percent."""
    assert share(90, 100, 1000) == (
        "90 of 100 changes noticed (90.0 percent); "
        "of all 1000, 82.6 to 94.5 percent with 95 percent confidence"
    )
    assert share(9, 10, 10) == "9 of 10 changes noticed (90.0 percent)"


def test_every_package_and_table_is_there():
    """Each package has files to change, and each table that is left out exists."""
    for name, room in ROOMS.items():
        assert [pattern for pattern in room.files if not list((ROOT / name).glob(pattern))] == []
    found = {path.name for package in STAGES for path in (ROOT / package).rglob("*.csv")}
    assert found - NOT_READ == {path.name for package in STAGES for path in tables(package)}
    assert found >= NOT_READ


def test_no_cell_that_only_people_read_is_changed():
    """A note and a source may say what they like."""
    columns = {change.column for _, change in cells("cards/reading")}
    assert columns & {"note", "source", "display"} == set()
