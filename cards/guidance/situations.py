"""Indicators that depend on the situation (``indicators.csv``, sections 6, 8 and 13)."""

from __future__ import annotations

from typing import Final

from cards.guidance.table_cells import firing_rule
from cards.guidance.table_files import BrokenTable, read_rows
from cards.guidance.vocabulary import INDICATORS

_SITUATIONS = {
    "R-SC-04": ("unchanged_or_unknown", "changed", "became_suspicious"),
    "R-SC-06": ("coded_mp", "another_category"),
    "R-DQ-01": ("suspicious", "incomplete_3_or_6", "other"),
    "R-AG-02": ("suspicious", "other"),
    "R-EX-05": ("three", "suspicious"),
    "R-SP-06": ("on_that_side", "elsewhere"),
}


def load_situations(text: str | None = None) -> dict[tuple[str, str], str]:
    """Read ``indicators.csv``: (rule, situation) -> indicator; raises BrokenTable."""
    found: dict[tuple[str, str], str] = {}
    rows = read_rows("indicators.csv", ("rule", "situation", "indicator"), text)
    for row in rows:
        rule_id = firing_rule(row)
        key = (rule_id, row.one_of("situation", _SITUATIONS.get(rule_id, ())))
        if key in found:
            raise row.refuse(f"{key[0]} {key[1]} stands twice")
        found[key] = row.one_of("indicator", INDICATORS)
    for rule_id, situations in _SITUATIONS.items():
        for situation in situations:
            if (rule_id, situation) not in found:
                raise BrokenTable("indicators.csv", rows[-1].line, f"{rule_id} {situation} is missing")
    return found


INDICATOR_OF: Final = load_situations()
