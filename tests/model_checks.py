"""What the model is held to, as checks that take the model: shared by tests and tests.mutate_data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import ModuleType

import orjson

from cards.facts_file import parse_facts
from cards.guidance import guidance_json
from cards.policy import Policy
from cards.policy_file import with_site_keys
from cards.worked_cases import WorkedCase, worked_cases
from tests.outcomes import answered, recorded

TODAY = date(2026, 5, 4)


def case_differences(model: ModuleType, case: WorkedCase) -> list[str]:
    """Name what a model answers otherwise than a worked case expects."""
    facts, site = parse_facts(case.inputs)
    guidance = model.assess(facts, with_site_keys(Policy(), site), TODAY)
    answer = orjson.loads(orjson.dumps(guidance_json(guidance, Policy(), compact=False)))
    found = [name for name, value in case.expected.items() if answer[name] != value]
    fired = {rule.id for rule in guidance.rules}
    return [*found, *sorted(case.rule_ids - fired), *sorted(case.forbidden_rule_ids & fired)]


def worked_cases_hold(model: ModuleType) -> bool:
    """Every worked case comes out as written."""
    return not any(case_differences(model, case) for case in worked_cases())


def outcomes_hold(model: ModuleType) -> bool:
    """Every situation of the grid comes out as recorded."""
    return all(now == then for now, then in zip(answered(model.assess), recorded(), strict=True))


def recorded_indicators() -> dict[str, set[str]]:
    """Give the indicators of each rule in the recorded outcomes."""
    given: dict[str, set[str]] = {}
    for row in recorded():
        for part in row[-1].split():
            rule, indicator = part.split(":")[:2]
            given.setdefault(rule, set()).add(indicator.partition("@")[0])
    return given


def catalogue_holds(model: ModuleType) -> bool:
    """Every rule that was recorded fires, with the indicators of its catalogue row and no other."""
    return all(set(model.RULES[rule].indicators) == given for rule, given in recorded_indicators().items())


CHECKS: tuple[Callable[[ModuleType], bool], ...] = (catalogue_holds, worked_cases_hold, outcomes_hold)
