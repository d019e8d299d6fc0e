"""The tools that change code and cells find what they should."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tests.changed_function import Calls, put_in_place
from tests.forked import drawn, share
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


def test_a_sample_is_drawn_by_its_seed():
    """Three of nine, in their order, the same each time; another seed draws others; for 0 all are taken."""
    assert drawn(range(9), 3, 1) == sorted(drawn(range(9), 3, 1))
    assert len(set(drawn(range(9), 3, 1))) == 3
    assert drawn(range(900), 3, 1) == drawn(range(900), 3, 1) != drawn(range(900), 3, 2)
    assert drawn(range(9), 0, 1) == drawn(range(9), 9, 1) == list(range(9))


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, ModuleType]:
    """Give an imported module with a function, a method and one inside of another."""
    file = tmp_path / "small_module.py"
    file.write_text(
        "def above(value, limit=5):\n    return value > limit\n\n\n"
        "class Scale:\n    @staticmethod\n    def above(value):\n        return value > 7\n\n\n"
        "def wrapped(limit):\n    def above(value):\n        return value > limit\n\n    return above\n\n\n"
        "inner = wrapped(5)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    module = import_module("small_module")
    yield file, module
    del sys.modules["small_module"]


def test_a_changed_function_is_put_in_place_for_all_who_hold_it(small: tuple[Path, ModuleType]):
    """A default, a method and a function inside another change, also for who imported them before."""
    file, module = small
    above, of_scale = module.above, module.Scale.above
    before = (above(6), of_scale(7), module.wrapped(5)(5))
    for change in changes(file):
        if ">= " in change.text() or "limit=6" in change.text():
            assert put_in_place(change.function())
            if "limit=6" in change.text():
                assert not above(6)
    assert before == (True, False, False)
    assert (of_scale(7), module.wrapped(5)(5)) == (True, True)


def test_what_cannot_be_put_in_place_is_said(small: tuple[Path, ModuleType]):
    """A name that holds no plain function is left to a new import."""
    file, module = small
    module.above = print
    change = next(one for one in changes(file) if one.function().place[1] == "above")
    assert not put_in_place(change.function())


def test_calls_are_noted_by_the_outermost_function(small: tuple[Path, ModuleType]):
    """What runs inside a function counts for it, and its name is that of the changed one."""
    file, module = small
    calls = Calls(frozenset({str(file)}))
    calls.watch()
    module.inner(3)
    module.Scale.above(3)
    calls.stop()
    module.above(3)
    assert calls.places == {(str(file), "wrapped"), (str(file), "Scale.above")}
    assert calls.places <= {one.function().place for one in changes(file)}


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
    found = {
        path.name
        for package in STAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in (".csv", ".toml")
    }
    assert found - NOT_READ == {path.name for package in STAGES for path in tables(package)}
    assert found >= NOT_READ


def test_no_cell_that_only_people_read_is_changed():
    """A note and a source may say what they like."""
    columns = {change.column for _, change in cells("cards/reading")}
    assert columns & {"note", "source", "display"} == set()
