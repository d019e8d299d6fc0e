"""The action codes of section 3: what each suggestion creates and when it is due."""

from __future__ import annotations

from dataclasses import fields
from importlib.resources import files
from typing import Final

from cards.guidance.table_files import BrokenTable, read_records, read_rows
from cards.value_class import value_class

_ALLOWED = {
    "resource": ("ServiceRequest", "Task", "Communication"),
    "side": ("one", "if_known", "both", "none"),
    "timing": ("prompt", "follow_up", "routine", "prior_images", "none"),
    "standard": (True, False),
}


@value_class
class ActionKind:
    """One action code; the members are those of ``actions.toml``."""

    rank: int
    resource: str
    side: str
    timing: str
    standard: bool
    covered_by: frozenset[str]


def parse_actions(text: str) -> dict[str, ActionKind]:
    """Read ``actions.toml``; BrokenTable for a member that is missing or not allowed."""
    kinds = {}
    for rank, (code, (line, record)) in enumerate(read_records("actions.toml", text).items()):
        if record.keys() != {field.name for field in fields(ActionKind)} - {"rank"}:
            raise BrokenTable("actions.toml", line, f"{code} lacks a member or has one too many")
        for name, allowed in _ALLOWED.items():
            if record[name] not in allowed:
                raise BrokenTable("actions.toml", line, f"{code}: {name} must be one of {allowed}")
        covered_by = record["covered_by"]
        if not isinstance(covered_by, list):
            raise BrokenTable("actions.toml", line, f"{code}: covered_by must be a list")
        kinds[code] = ActionKind(
            rank,
            str(record["resource"]),
            str(record["side"]),
            str(record["timing"]),
            bool(record["standard"]),
            frozenset(covered_by),
        )
    return kinds


def _shipped(name: str) -> str:
    return files("cards.writing").joinpath(name).read_text(encoding="utf-8")


def _load_order_codings() -> dict[tuple[str, str], tuple[dict[str, str], ...]]:
    columns = ("order", "side", "system", "code", "display")
    codings: dict[tuple[str, str], tuple[dict[str, str], ...]] = {}
    for row in read_rows("orders.csv", columns, _shipped("orders.csv")):
        key = (row["order"], row.one_of("side", ("any", "left", "right", "both")))
        coding = {"system": row["system"], "code": row["code"], "display": row["display"]}
        codings[key] = (*codings.get(key, ()), coding)
    return codings


_ACTIONS: Final = parse_actions(_shipped("actions.toml"))
_ORDER_CODINGS: Final = _load_order_codings()


def actions() -> dict[str, ActionKind]:
    """Return the shipped action codes in the order in which a card offers them."""
    return _ACTIONS


def order_codings() -> dict[tuple[str, str], tuple[dict[str, str], ...]]:
    """Return per (order, side) the codings of the procedure; side ``any`` fits every side.

    The codes stand in the terminology tables too (SNOMED CT, LOINC, DICOM).
    """
    return _ORDER_CODINGS
