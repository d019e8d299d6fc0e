"""The worked cases: what the model must answer, case by case (guidance/worked_cases.csv)."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("guidance") / "worked_cases.csv"
COLUMNS = ["case_id", "scenario", "inputs", "expected", "rule_ids", "forbidden_rule_ids"]


class WorkedCasesError(ValueError):
    """worked_cases.csv does not say what it should: file, line and reason."""


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """One case: FACTS in, the members of the Guidance that must come out, the rules that must
    and must not fire."""

    case_id: str
    scenario: str
    inputs: dict[str, object]
    expected: dict[str, object]
    rule_ids: frozenset[str]
    forbidden_rule_ids: frozenset[str]


def _ids(cell: str) -> frozenset[str]:
    return frozenset(cell.split(";")) - {""}


def load_worked_cases(text: str) -> tuple[WorkedCase, ...]:
    """Read worked cases from CSV text. Raises WorkedCasesError with file, line and reason."""
    reader = csv.DictReader(text.splitlines(), strict=True)
    if reader.fieldnames != COLUMNS:
        raise WorkedCasesError(f"{TABLE.name} line 1: columns must be {','.join(COLUMNS)}")
    cases: dict[str, WorkedCase] = {}
    for row in reader:
        where = f"{TABLE.name} line {reader.line_num}"
        if None in row or None in row.values() or row["case_id"] in cases:
            raise WorkedCasesError(f"{where}: must have {len(COLUMNS)} cells and a case_id of its own")
        try:
            inputs, expected = json.loads(row["inputs"]), json.loads(row["expected"])
        except json.JSONDecodeError as reason:
            raise WorkedCasesError(f"{where}: inputs and expected must be JSON: {reason}") from None
        cases[row["case_id"]] = WorkedCase(
            row["case_id"],
            row["scenario"],
            inputs,
            expected,
            _ids(row["rule_ids"]),
            _ids(row["forbidden_rule_ids"]),
        )
    return tuple(cases.values())


@cache
def worked_cases() -> tuple[WorkedCase, ...]:
    """Give the worked cases that ship with the model."""
    return load_worked_cases(TABLE.read_text(encoding="utf-8"))
