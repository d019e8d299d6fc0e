"""From concept names to Facts values (decision model 2.4) and the role of question codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cards.terminology.rows import BrokenTable, records, shipped_text


@cache
def crosswalk() -> Mapping[tuple[str, str], str]:
    """(domain, concept) -> Facts value, from crosswalk.csv; a repeated row raises BrokenTable.

    Concepts without a row have no value of their own: they are ignored, or read by rules that
    need more than one fact (category 0, follow-up intervals, pathology).
    """
    values: dict[tuple[str, str], str] = {}
    columns = ("domain", "concept", "value")
    for line, cells in records(shipped_text("crosswalk.csv"), "crosswalk.csv", columns):
        key = (cells["domain"], cells["concept"])
        if key in values:
            raise BrokenTable("crosswalk.csv", line, f"{'.'.join(key)} stands here twice")
        values[key] = cells["value"]
    return values


def is_question(domain: str, concept: str) -> bool:
    """Whether a concept names what is asked (Observation.code, component.code, a section)."""
    return domain == "observation_codes" or concept.startswith("q_")
