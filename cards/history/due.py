"""When the follow-up that an earlier report advised is due (decision model 17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import NamedTuple

from cards.reading.category import higher
from cards.reading.dates import add_interval
from cards.reading.reading import EarlierReport
from cards.terminology.rows import BrokenTable, records

_COLUMNS = ("rule", "category", "clock", "due")


class Due(NamedTuple):
    """The tracking rule and the day; ``day`` is None when the report states no interval or no date."""

    rule: str
    day: date | None


@cache
def _rows() -> Mapping[str, tuple[str, str, str]]:
    """category -> (rule, clock, due) from due.csv; a bad row raises BrokenTable."""
    text = resources.files("cards.history").joinpath("due.csv").read_text(encoding="utf-8")
    rows: dict[str, tuple[str, str, str]] = {}
    for line, cells in records(text, "due.csv", _COLUMNS):
        if cells["clock"] not in ("signed", "exam") or cells["category"] in rows:
            raise BrokenTable("due.csv", line, f"{cells['category']}: unknown clock or repeated category")
        rows[cells["category"]] = (cells["rule"], cells["clock"], cells["due"])
    return rows


def due(report: EarlierReport) -> Due | None:
    """When the follow-up of a report is due; None when its category asks for none (6, MP, none).

    The category that drives most counts. A recall, prior images or a biopsy run from the signature, or
    from the exam when that is not known; surveillance and routine from the exam by the stated interval.
    """
    category = higher(report.assessment_overall, higher(report.assessment_left, report.assessment_right))
    row = None if category is None else _rows().get(category)
    if row is None:
        return None
    rule, clock, after = row
    start = (report.signed_date or report.exam_date) if clock == "signed" else report.exam_date
    interval = report.recommended_interval if after == "interval" else after
    return Due(rule, None if start is None or interval is None else add_interval(start, interval))
