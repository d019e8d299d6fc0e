"""The worked cases of the decision model, as tests read them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from cards.facts import Facts
from cards.facts_file import parse_facts
from cards.guidance import Guidance, assess
from cards.policy import Policy

TODAY = date(2026, 5, 4)


@dataclass(frozen=True)
class Case:
    """One worked case: inputs, the outputs that must be exact and the rules that must (not) fire."""

    id: str
    scenario: str
    inputs: Mapping[str, object]
    expected: Mapping[str, object]
    rules: frozenset[str]
    forbidden: frozenset[str]

    def facts_and_policy(self) -> tuple[Facts, Policy]:
        """Read the inputs as a FACTS object."""
        facts, choices = parse_facts(self.inputs)
        return facts, Policy(**choices)  # type: ignore[arg-type]

    def assess(self) -> Guidance:
        """Judge the case."""
        facts, policy = self.facts_and_policy()
        return assess(facts, policy, TODAY)


def _ids(cell: str) -> frozenset[str]:
    return frozenset(cell.split(";")) - {""}


def worked_cases() -> Iterator[Case]:
    """Read the shipped worked cases."""
    text = files("cards.guidance").joinpath("worked_cases.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield Case(
            row["case_id"],
            row["scenario"],
            json.loads(row["inputs"]),
            json.loads(row["expected"]),
            _ids(row["rule_ids"]),
            _ids(row["forbidden_rule_ids"]),
        )


CASES = tuple(worked_cases())
