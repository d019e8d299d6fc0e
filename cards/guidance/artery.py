"""Section 12: the artery note. It never changes the category or the interval."""

from __future__ import annotations

from typing import Final

from cards.guidance.guidance import Inputs
from cards.guidance.report import Report
from cards.guidance.switches import SWITCHES
from cards.guidance.table_cells import actions, firing_rule
from cards.guidance.table_files import read_rows
from cards.guidance.vocabulary import INDICATORS
from cards.value_class import value_class

_GRADES = ("0", "1", "2", "3", "not_graded")


@value_class
class ArteryRow:
    """One row of ``artery.csv``."""

    rule: str
    policy: str
    grades: tuple[str, ...]
    below_age: int | None
    indicator: str
    actions: tuple[str, ...]


def load_artery_rows(text: str | None = None) -> tuple[ArteryRow, ...]:
    """Read ``artery.csv``; raises BrokenTable."""
    policies = tuple(str(token) for token in SWITCHES["bac_policy"].allowed)
    return tuple(
        ArteryRow(
            firing_rule(row),
            row.one_of("policy", policies),
            row.some_of("grades", _GRADES),
            row.number("below_age") if row["below_age"] else None,
            row.one_of("indicator", INDICATORS),
            actions(row),
        )
        for row in read_rows(
            "artery.csv", ("rule", "policy", "grades", "below_age", "indicator", "actions"), text
        )
    )


ARTERY_ROWS: Final = load_artery_rows()


def artery_note(report: Report) -> tuple[str, ...]:
    """Fire the artery rule in force, when vascular calcifications are coded; return its actions."""
    for finding in report.normal:
        if "vascular" in finding.benign:
            return _note_in_force(report)
    return ()


def _note_in_force(report: Report) -> tuple[str, ...]:
    facts = report.facts
    grade = "not_graded" if facts.bac_grade is None else str(facts.bac_grade)
    for row in ARTERY_ROWS:
        if row.policy != report.policy.bac_policy or (row.grades and grade not in row.grades):
            continue
        if row.below_age is not None and (facts.age_years is None or facts.age_years >= row.below_age):
            continue
        inputs: Inputs = {
            "morphology": ("vascular",),
            "bac_policy": row.policy,
            "bac_grade": facts.bac_grade,
            "age_years": facts.age_years,
        }
        report.fire(row.rule, inputs, row.indicator)
        return row.actions
    return ()
