"""calcification-cds policy: check a policy file against the worked cases, show what is in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from cards.facts_file import parse_facts
from cards.guidance import assess, guidance_json
from cards.guidance.guidance import Guidance
from cards.guidance.switches import SWITCHES, switch
from cards.guidance.tracking import TRACKING
from cards.policy import Policy
from cards.policy_file import WINDOWS, stated_keys, with_site_keys
from cards.worked_cases import WorkedCase, worked_cases
from cds_service.cli.common import load_policy, with_today

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
COMPARED = (
    "finding_expected", "report_expected", "concordance", "max_indicator", "follow_up_interval", "actions",
    "lay_summary_due", "provider_report_due", "resolution_due", "breasts",
)  # fmt: skip

CHECK_EXAMPLE = """
Example:

\b
  calcification-cds policy check policy.toml

Exit status: 0 the policy is accepted, whether or not outcomes change; 2 there is no such file;
4 the policy is refused, with file, key and what is allowed.
"""
SHOW_EXAMPLE = """
Example:

\b
  calcification-cds policy show --policy policy.toml
"""


@click.group()
def policy() -> None:
    """Check and show what a site chose: profile, switches, windows, muted rules."""


def _outcome(case: WorkedCase, chosen: Policy, today: date) -> Guidance:
    facts, site = parse_facts(case.inputs)
    return assess(facts, with_site_keys(chosen, site), today)


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_text(part)}" for name, part in value.items()) + "}"
    return "null" if value is None else str(value)


def changes(case: WorkedCase, chosen: Policy, today: date) -> Iterator[str]:
    """Name what a policy changes in one worked case against the defaults, a line a member."""
    before, after = _outcome(case, Policy(), today), _outcome(case, chosen, today)
    if before.rules == after.rules and before == after:
        return
    old, new = (guidance_json(one, chosen, compact=False) for one in (before, after))
    for member in COMPARED:
        if old[member] != new[member]:
            yield f"{member}: {_text(old[member])} -> {_text(new[member])}"
    fired, fires = ({rule.id: rule.indicator for rule in one.rules} for one in (before, after))
    if gone := [rule for rule in fired if rule not in fires]:
        yield "no longer fires: " + ", ".join(gone)
    if fresh := [rule for rule in fires if rule not in fired]:
        yield "now fires: " + ", ".join(fresh)
    for rule in fired:
        if rule in fires and fired[rule] != fires[rule]:
            yield f"{rule}: {fired[rule]} -> {fires[rule]}"


@policy.command(epilog=CHECK_EXAMPLE)
@click.argument("file", type=FILE)
@with_today
def check(file: Path, today: date) -> None:
    """Validate a policy FILE and name the worked cases whose outcome it changes."""
    chosen = load_policy(file)
    click.echo(f"{file}: accepted")
    changed = 0
    for case in worked_cases():
        lines = list(changes(case, chosen, today))
        if lines:
            changed += 1
            click.echo(f"\n{case.case_id} {case.scenario}")
            for line in lines:
                click.echo(f"  {line}")
    click.echo(f"\n{changed} of {len(worked_cases())} worked cases change against the defaults.")
    for rule in sorted(chosen.muted):
        count = sum(
            any(fired.id == rule for fired in _outcome(case, chosen, today).rules) for case in worked_cases()
        )
        click.echo(f"Muted: {rule} fires in {count} worked cases and gives no card.")


def in_force(chosen: Policy, stated: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Give every choice as name, value in force and where the value came from."""
    own = {
        "language": chosen.language,
        "mode": chosen.mode,
        "muted": ", ".join(sorted(chosen.muted)) or "none",
        "accept_unverified_codes": str(chosen.accept_unverified_codes).lower(),
    }
    for name, value in own.items():
        yield name, value, chosen.origin if name in stated else "default"
    for name, entry in SWITCHES.items():
        source = chosen.origin if name in stated else "default"
        if entry.fhir_line is not None and name not in stated:
            source = f"default; {entry.fhir_line} for reports read from FHIR"
        yield name, str(switch(chosen, name)), source
    for rule, windows in TRACKING.items():
        for window in WINDOWS:
            changed = chosen.tracking.get(rule, {}).get(window)
            value = changed or getattr(windows, window)
            yield f"tracking.{rule}.{window}", value, chosen.origin if changed else "default"


@policy.command(epilog=SHOW_EXAMPLE)
@click.option("--policy", "file", type=FILE, metavar="FILE.toml", help="The site's policy.")
def show(file: Path | None) -> None:
    """Print every choice in force and where its value came from."""
    chosen = load_policy(file)
    stated = stated_keys(file.read_text(encoding="utf-8-sig")) if file else frozenset[str]()
    lines = list(in_force(chosen, stated))
    widths = [max(len(line[column]) for line in lines) for column in (0, 1)]
    for name, value, source in lines:
        click.echo(f"{name:<{widths[0]}}  {value:<{widths[1]}}  {source}")
