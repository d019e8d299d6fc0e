"""Cells that several tables of the model share: sets, intervals, switches, rule ids."""

from __future__ import annotations

from cards.guidance.catalogue import FIRING
from cards.guidance.categories import NONE, RANK, set_of
from cards.guidance.switches import SWITCHES
from cards.guidance.table_files import Row
from cards.guidance.vocabulary import ACTIONS, INTERVALS


def firing_rule(row: Row, column: str = "rule") -> str:
    """Return the rule id of a row; the catalogue must hold it as a rule that fires."""
    if row[column] not in FIRING:
        raise row.refuse(f"{column} {row[column]!r} is no rule of the catalogue that fires")
    return row[column]


def category_set(row: Row, column: str) -> int:
    """Return the set of a cell that names categories parted by spaces."""
    return set_of(row.some_of(column, RANK))


def interval(row: Row, column: str = "interval", also: tuple[str, ...] = ()) -> str | None:
    """Return the interval of a cell, or None when it is empty."""
    return row.one_of(column, (*INTERVALS, *also)) if row[column] else None


def actions(row: Row, column: str = "actions") -> tuple[str, ...]:
    """Return the action codes of a cell."""
    return row.some_of(column, ACTIONS)


def yes(row: Row, column: str) -> bool:
    """Return whether a cell says yes; empty is no."""
    return row.one_of(column, ("yes", "")) == "yes"


def switch_value(row: Row) -> tuple[str, object] | None:
    """Return the switch and the value a row needs, or None for a row that is always in force."""
    name = row["switch"]
    if not name:
        if row["value"]:
            raise row.refuse("a value without a switch")
        return None
    entry = SWITCHES.get(name)
    if entry is None:
        raise row.refuse(f"there is no switch {name}")
    for token in entry.allowed:
        if str(token) == row["value"] and token != entry.default:
            return name, token
    raise row.refuse(f"switch {name} has no alternative {row['value']!r}")


def no_overlap(row: Row, expected: int, tolerated: int) -> None:
    """Refuse a row whose tolerated set repeats an expected category, or is all there is."""
    if expected == NONE:
        raise row.refuse("the expected set is empty")
    if expected & tolerated:
        raise row.refuse("a category is both expected and tolerated")
