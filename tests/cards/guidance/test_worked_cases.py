"""The acceptance test of the decision model."""

import pytest

from cards.guidance.guidance_json import guidance_json
from tests.cards.guidance.cases import CASES, Case


def test_all_worked_cases_are_there():
    """The repository carries all 183 worked cases, each under its own name."""
    assert [case.id for case in CASES] == [f"W-{number:03}" for number in range(1, 184)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_worked_case(case: Case):
    """Every expected field is exact, every named rule fired and no forbidden one did."""
    _, policy = case.facts_and_policy()
    guidance = case.assess()
    content = guidance_json(guidance, policy, compact=False)
    fired = {rule.id for rule in guidance.rules}

    assert {name: content[name] for name in case.expected} == case.expected
    assert case.rules - fired == frozenset()
    assert case.forbidden & fired == frozenset()
