"""What the model answers over the grid of situations: ``python -m tests.outcomes`` writes it again.

The difference of tests/cards/guidance/outcomes.csv is the review of a change to the model.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from cards.facts import Facts
from cards.facts_file import parse_facts
from cards.guidance.guidance import FiredRule, Guidance
from cards.policy import Policy
from cards.policy_file import with_site_keys
from tests.outcome_grid import GROUPS

OUTCOMES = Path(__file__).parent / "cards" / "guidance" / "outcomes.csv"
TODAY = date(2026, 5, 4)
COLUMNS = ("situation", "sets", "verdict", "next", "rules")

Assess = Callable[[Facts, Policy, date], Guidance]
Outcome = tuple[str, str, str, str]


def _words(values: Sequence[str] | None) -> str:
    return "-" if values is None else " ".join(values)


def _fired(rule: FiredRule) -> str:
    # The inputs of the routine rows are data of their table; those of other rules are code.
    inputs = ",".join(rule.inputs) if rule.id.startswith("R-FU-") or rule.id == "R-DQ-09" else ""
    about = f"@{rule.finding_id or rule.side}" if rule.finding_id or rule.side else ""
    return f"{rule.id}:{rule.indicator}{about}" + (f":{inputs}" if inputs else "")


def outcome(guidance: Guidance) -> Outcome:
    """Write what matters of one Guidance in four cells: sets, verdict, what comes next, rules."""
    sets = [
        f"{one.finding_id} {_words(one.expected)} | {_words(one.tolerated)}"
        for one in guidance.finding_expected
    ]
    breasts = [f"{one.side} {one.concordance} {one.driving_category or '-'}" for one in guidance.breasts]
    timers = (guidance.lay_summary_due, guidance.provider_report_due, guidance.resolution_due)
    return (
        "; ".join([*sets, f"report {_words(guidance.report_expected)}"]),
        "; ".join([f"{guidance.concordance} {guidance.max_indicator}", *breasts]),
        "; ".join(
            [guidance.follow_up_interval or "-", _words(guidance.actions), _words([t or "-" for t in timers])]
        ),
        " ".join(sorted(map(_fired, guidance.rules))),
    )


@cache
def situations() -> tuple[tuple[str, Facts, Policy], ...]:
    """Give each situation of the grid once: its text, its facts and its policy."""
    found = {}
    for group in GROUPS:
        for inputs in group():
            facts, site = parse_facts(inputs)
            found[json.dumps(inputs)] = (facts, with_site_keys(Policy(), site))
    return tuple((text, *both) for text, both in found.items())


def answered(assess: Assess) -> Iterator[tuple[str, ...]]:
    """Answer each situation."""
    for text, facts, policy in situations():
        yield (text, *outcome(assess(facts, policy, TODAY)))


@cache
def recorded() -> tuple[tuple[str, ...], ...]:
    """Give the recorded outcomes."""
    with OUTCOMES.open(encoding="utf-8", newline="") as file:
        return tuple(tuple(row) for row in list(csv.reader(file))[1:])


if __name__ == "__main__":
    from cards.guidance import assess as assess_now

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(answered(assess_now))
    OUTCOMES.write_text(text.getvalue(), encoding="utf-8")
