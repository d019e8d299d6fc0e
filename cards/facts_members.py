"""The members of FACTS: which values each may take and which default fills it when missing.

The table is facts_members.csv (decision model sections 2.1 and 2.2). It is checked against the
types of cards.facts when this module is loaded.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from cards.duration import is_duration
from cards.facts import Facts, Finding

TABLE = Path(__file__).with_name("facts_members.csv")
COLUMNS = ("level", "member", "type", "values", "null", "default", "meaning")


class ValueRefusedError(ValueError):
    """A value that a member may not take; the text says what is allowed."""


class MemberTableError(ValueError):
    """facts_members.csv does not say what it should: file, line and reason."""


@dataclass(frozen=True, slots=True)
class Member:
    """One row of the table. ``check`` turns a JSON value into the value of the fact."""

    level: str
    name: str
    type: str
    values: tuple[str, ...]
    null: bool
    default: object | None
    meaning: str
    check: Callable[[object], object]


def _code(values: tuple[str, ...]) -> Callable[[object], object]:
    allowed = frozenset(values)

    def check(value: object) -> object:
        if type(value) is not str or value not in allowed:
            raise ValueRefusedError("one of " + ", ".join(values))
        return value

    return check


def _codes(values: tuple[str, ...]) -> Callable[[object], object]:
    allowed = frozenset(values)

    def check(value: object) -> object:
        if type(value) is not list or not all(type(item) is str and item in allowed for item in value):
            raise ValueRefusedError("a list of " + ", ".join(values))
        return tuple(value)

    return check


def _open_code(values: tuple[str, ...]) -> Callable[[object], object]:
    def check(value: object) -> object:
        if type(value) is not str:
            raise ValueRefusedError("a text")
        return value

    return check


def _open_codes(values: tuple[str, ...]) -> Callable[[object], object]:
    def check(value: object) -> object:
        if type(value) is not list or not all(type(item) is str for item in value):
            raise ValueRefusedError("a list of texts")
        return tuple(value)

    return check


def _boolean(values: tuple[str, ...]) -> Callable[[object], object]:
    def check(value: object) -> object:
        if type(value) is not bool:
            raise ValueRefusedError("true or false")
        return value

    return check


def _whole_number(values: tuple[str, ...]) -> Callable[[object], object]:
    first, _, last = values[0].partition("..")
    lowest, highest = int(first), int(last)

    def check(value: object) -> object:
        # JSON true is no number, although Python counts bool among the integers.
        if type(value) is not int or not lowest <= value <= highest:
            raise ValueRefusedError(f"a whole number from {lowest} to {highest}")
        return value

    return check


def _duration(values: tuple[str, ...]) -> Callable[[object], object]:
    def check(value: object) -> object:
        if not is_duration(value):
            raise ValueRefusedError("a positive ISO 8601 duration such as P6M, P12M or P1Y")
        return value

    return check


def _text(values: tuple[str, ...]) -> Callable[[object], object]:
    def check(value: object) -> object:
        # A blank reason is no reason: it must not soften R-RC-05.
        if type(value) is not str or not value.strip():
            raise ValueRefusedError("a text that is not blank")
        return value

    return check


def _identifier(values: tuple[str, ...]) -> Callable[[object], object]:
    def check(value: object) -> object:
        if type(value) is not str or not _is_finding_id(value):
            raise ValueRefusedError("F1, F2 and so on")
        return value

    return check


def _is_finding_id(value: str) -> bool:
    number = value[1:]
    return value[:1] == "F" and number.isascii() and number.isdigit() and number[0] != "0" and len(number) < 7


def _or_null(check: Callable[[object], object]) -> Callable[[object], object]:
    def check_or_null(value: object) -> object:
        if value is None:
            return None
        try:
            return check(value)
        except ValueRefusedError as refused:
            raise ValueRefusedError(f"{refused}, or null") from None

    return check_or_null


_CHECKS: dict[str, Callable[[tuple[str, ...]], Callable[[object], object]]] = {
    "code": _code,
    "codes": _codes,
    "open_code": _open_code,
    "open_codes": _open_codes,
    "boolean": _boolean,
    "whole_number": _whole_number,
    "duration": _duration,
    "text": _text,
    "identifier": _identifier,
}
_WITH_VALUES = ("code", "codes", "whole_number")
_LISTS = ("codes", "open_codes")


def _default(row: dict[str, str]) -> object:
    text = row["default"]
    if row["type"] in _LISTS and text:
        return [] if text == "[]" else text.split(";")
    if not text:
        return None
    if row["type"] == "boolean":
        return {"true": True, "false": False}[text]
    return int(text) if row["type"] == "whole_number" else text


def _member(row: dict[str, str]) -> Member:
    if row["level"] not in ("report", "finding"):
        raise ValueError("level must be report or finding")
    if row["type"] not in _CHECKS:
        raise ValueError("type must be one of " + ", ".join(_CHECKS))
    if row["null"] not in ("yes", "no"):
        raise ValueError("null must be yes or no")
    if bool(row["values"]) is not (row["type"] in _WITH_VALUES):
        raise ValueError("values must be given for " + ", ".join(_WITH_VALUES) + " and for no other type")
    if not row["meaning"]:
        raise ValueError("meaning must not be empty")
    values = tuple(row["values"].split(";")) if row["values"] else ()
    if len(set(values)) != len(values) or "" in values[:-1]:
        raise ValueError("values must be given once each")
    check = _CHECKS[row["type"]](values)
    if row["null"] == "yes":
        check = _or_null(check)
    default = check(_default(row))
    kind: type[Facts] | type[Finding] = Facts if row["level"] == "report" else Finding
    stated = {field.name: field.default for field in fields(kind)}
    if row["member"] not in stated:
        raise ValueError(f"member must be a field of {kind.__name__}")
    if stated[row["member"]] != default:
        raise ValueError(f"default must be that of {kind.__name__}")
    return Member(
        row["level"], row["member"], row["type"], values, row["null"] == "yes", default, row["meaning"], check
    )


def load_members(text: str) -> tuple[Member, ...]:
    """Read the table of members from CSV text.

    Raises MemberTableError with file, line and reason when a row is not sound, comes twice or
    a field of Facts or Finding has no row.
    """
    reader = csv.DictReader(text.splitlines(), strict=True)
    members: dict[tuple[str, str], Member] = {}
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise MemberTableError(f"{TABLE.name} line 1: columns must be " + ",".join(COLUMNS))
    for row in reader:
        where = f"{TABLE.name} line {reader.line_num}: "
        if None in row or None in row.values():
            raise MemberTableError(f"{where}must have {len(COLUMNS)} cells")
        try:
            member = _member(row)
        except (ValueError, KeyError) as reason:
            raise MemberTableError(f"{where}{row['member']}: {reason}") from None
        if (member.level, member.name) in members:
            raise MemberTableError(f"{where}{member.name}: comes twice")
        members[member.level, member.name] = member
    wanted = {("report", field.name) for field in fields(Facts) if field.name != "findings"}
    wanted |= {("finding", field.name) for field in fields(Finding)}
    if missing := wanted - members.keys():
        raise MemberTableError(f"{TABLE.name}: no row for " + ", ".join(name for _, name in sorted(missing)))
    return tuple(members.values())


MEMBERS = load_members(TABLE.read_text(encoding="utf-8"))
