"""Section 8: what follows a driving category 3, step by step."""

from __future__ import annotations

from typing import Final

from cards.guidance.breasts import Breast
from cards.guidance.categories import RANK_2
from cards.guidance.report import Report
from cards.guidance.table_cells import firing_rule, interval, switch_value
from cards.guidance.table_files import BrokenTable, read_rows
from cards.guidance.vocabulary import ACTIONS, INDICATORS, INTERVALS, SURVEILLANCE_STEPS
from cards.value_class import value_class


@value_class
class SurveillanceRow:
    """One row of ``surveillance.csv``. ``interval`` and ``action`` may be the word routine."""

    rule: str
    only_if_released: bool
    switch: tuple[str, object] | None
    interval: str | None
    action: str
    allowed: tuple[str, ...]
    indicator: str


def load_surveillance(text: str | None = None) -> dict[str, tuple[SurveillanceRow, ...]]:
    """Read ``surveillance.csv``: step -> its rows; raises BrokenTable."""
    columns = ("rule", "step", "when", "switch", "value", "interval", "action", "allowed", "indicator")
    steps: dict[str, list[SurveillanceRow]] = {}
    rows = read_rows("surveillance.csv", columns, text)
    for row in rows:
        entry = SurveillanceRow(
            firing_rule(row),
            row.one_of("when", ("can_be_released", "")) != "",
            switch_value(row),
            interval(row, also=("routine",)),
            row.one_of("action", (*ACTIONS, "routine")),
            row.some_of("allowed", INTERVALS),
            row.one_of("indicator", INDICATORS),
        )
        if (entry.interval == "routine") != (entry.action == "routine") or entry.interval is None:
            raise row.refuse("interval and action are both routine or neither")
        steps.setdefault(row.one_of("step", SURVEILLANCE_STEPS), []).append(entry)
    for step in SURVEILLANCE_STEPS:
        last = steps.get(step, [None])[-1]
        if last is None or last.only_if_released or last.switch is not None:
            raise BrokenTable("surveillance.csv", rows[-1].line, f"step {step} has no row for every case")
    return {step: tuple(entries) for step, entries in steps.items()}


SURVEILLANCE: Final = load_surveillance()


def surveillance_row(breast: Breast | None, report: Report, *, routine_withheld: bool) -> SurveillanceRow:
    """Return the row of the report's step for a judged breast (None: the overall of P-7)."""
    released = breast is not None and can_be_released(breast) and not routine_withheld
    for row in SURVEILLANCE[report.facts.surveillance_step]:
        if row.only_if_released and not released:
            continue
        if row.switch is None or report.switches[row.switch[0]] == row.switch[1]:
            break
    return row


def can_be_released(breast: Breast) -> bool:
    """R-SV-05: the lowest expected category is 2 or below and every finding is evaluable."""
    return bool(breast.sets) and breast.lowest <= RANK_2 and not breast.unevaluable


def kept_to_36_months(breast: Breast, report: Report) -> bool:
    """Switch ``surveillance_months`` = 36: a stable finding at 24 months is looked at again."""
    return (
        report.switches["surveillance_months"] == 36
        and report.facts.surveillance_step == "m24"
        and report.facts.exam_type != "screening"
        and any(one.change == "stable" for one in breast.judged)
    )
