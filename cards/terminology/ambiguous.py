"""Codes with a bare word such as "fine": read in the more serious way and flagged (R-DQ-11)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cards.terminology.rows import BrokenTable, records, shipped_text


@cache
def ambiguous_codes() -> Mapping[tuple[str, str], str]:
    """(system, code) -> the bare word of decision model 2.3, from ambiguous.csv.

    Raises BrokenTable for a code that stands there twice.
    """
    words: dict[tuple[str, str], str] = {}
    columns = ("system", "code", "value", "note")
    for line, cells in records(shipped_text("ambiguous.csv"), "ambiguous.csv", columns):
        key = (cells["system"], cells["code"])
        if key in words:
            raise BrokenTable("ambiguous.csv", line, f"{cells['code']} stands here twice")
        words[key] = cells["value"]
    return words
