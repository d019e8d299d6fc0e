"""Section 10: after a biopsy. Pathology outranks the imaging descriptors of its finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cards.facts import Finding
from cards.guidance.guidance import Inputs
from cards.guidance.report import Report
from cards.guidance.table_cells import actions, firing_rule, interval, yes
from cards.guidance.table_files import read_rows
from cards.guidance.vocabulary import BIOPSY_RESULTS, INDICATORS, NO_CANCER_FOUND
from cards.value_class import value_class

_CONDITIONS: Mapping[str, Callable[[Finding, Report], bool]] = {
    "discordant": lambda finding, report: finding.rad_path_concordance == "discordant",
    "concordant": lambda finding, report: finding.rad_path_concordance == "concordant",
    "concordance_not_stated": lambda finding, report: finding.rad_path_concordance is None,
    "imaging_category_5": lambda finding, report: finding.imaging_category_at_biopsy == "5",
    "not_in_specimen": lambda finding, report: finding.calcifications_in_specimen == "no",
    "known_cancer": lambda finding, report: report.cancer_sides != 0,
    "male": lambda finding, report: report.facts.sex == "male",
    "treated_for_cancer": lambda finding, report: report.treated_for_cancer,
    "six_month_policy": lambda finding, report: report.policy.post_benign_biopsy_interval == "P6M",
    "european_policy": lambda finding, report: report.switches["high_risk_lesion_policy"] == "european",
}


@value_class
class PathologyRow:
    """One row of ``pathology_rows.csv``."""

    rule: str
    when: tuple[Callable[[Finding, Report], bool], ...]
    indicator: str
    interval: str | None
    actions: tuple[str, ...]
    go_on: bool


def load_pathology_rows(text: str | None = None) -> dict[str, tuple[PathologyRow, ...]]:
    """Read ``pathology_rows.csv``: biopsy result -> its rows in order; raises BrokenTable."""
    columns = ("rule", "results", "when", "indicator", "interval", "actions", "go_on")
    rows: dict[str, list[PathologyRow]] = {result: [] for result in BIOPSY_RESULTS}
    named: set[str] = set()
    for line in read_rows("pathology_rows.csv", columns, text):
        conditions = line.some_of("when", _CONDITIONS)
        row = PathologyRow(
            firing_rule(line),
            tuple(_CONDITIONS[name] for name in conditions),
            line.one_of("indicator", INDICATORS),
            interval(line),
            actions(line),
            yes(line, "go_on"),
        )
        words = line.some_of("results", (*BIOPSY_RESULTS, "group_n"))
        named.update(words)
        for result in _results(words):
            rows[result].append(row)
    for result in BIOPSY_RESULTS:
        if result not in named:
            raise line.refuse(f"no row names the biopsy result {result}")
    return {result: tuple(known) for result, known in rows.items()}


def _results(words: tuple[str, ...]) -> tuple[str, ...]:
    if not words:
        return BIOPSY_RESULTS
    return NO_CANCER_FOUND if words == ("group_n",) else words


PATHOLOGY_ROWS: Final = load_pathology_rows()


# What decides between the rows of R-PB-01.
_PATIENT: Final = ("known_cancer_side", "sex", "bct_side", "personal_history_breast_cancer")


@value_class
class Result:
    """What the pathology of one finding leads to: interval, actions and the row that ended it.

    ``open_action``: an action without an interval is due, so routine screening waits.
    ``routine``: the finding went back to routine (R-PB-01 with its yearly interval).
    """

    ended_in: str | None
    interval: str | None
    actions: tuple[str, ...]
    open_action: bool
    routine: bool


def pathology_result(finding: Finding, report: Report) -> Result:
    """Judge one finding that has a ``biopsy_result``; fires the rows that apply."""
    taken: list[str] = []
    open_action = False
    inputs: Inputs = {
        "biopsy_result": finding.biopsy_result,
        "rad_path_concordance": finding.rad_path_concordance,
        "calcifications_in_specimen": finding.calcifications_in_specimen,
        "imaging_category_at_biopsy": finding.imaging_category_at_biopsy,
    }
    for row in PATHOLOGY_ROWS[finding.biopsy_result or "other"]:
        if not all(condition(finding, report) for condition in row.when):
            continue
        seen = {**inputs, **report.shown(_PATIENT)} if row.rule == "R-PB-01" else inputs
        report.fire(row.rule, seen, row.indicator, finding.finding_id)
        taken += row.actions
        open_action = open_action or (row.interval is None and bool(row.actions))
        if not row.go_on:
            routine = row.rule == "R-PB-01" and row.interval == "P12M"
            return Result(row.rule, row.interval, tuple(taken), open_action, routine)
    return Result(None, None, tuple(taken), open_action, False)
