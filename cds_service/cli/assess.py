"""calcification-cds assess: FACTS in, one Guidance a line out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import date
from typing import BinaryIO

import click
import orjson

from cards.facts_file import FactsError, parse_facts
from cards.guidance import assess as assess_facts
from cards.guidance import guidance_json
from cards.policy import Policy
from cards.policy_file import with_site_keys
from cds_service.cli.common import name_of, refuse, with_policy, with_today
from cds_service.cli.exit_status import ExitStatus
from cds_service.cli.facts_rows import RowsRefusedError, rows

WRITE_BYTES = 1 << 16

EXAMPLES = """
Examples:

\b
  echo '{"assessment_overall": "2", "findings": [{"morphology": ["vascular"]}]}' |
    calcification-cds assess -
  calcification-cds assess facts.jsonl --policy policy.toml > guidance.jsonl

A row that cannot be used gives {"error": {"row", "member", "text"}} in its place.

Exit status: 0 all rows assessed; 1 done, at least one row was refused; 2 nothing in the input
was JSON, or the input breaks off; 4 the policy is refused.
"""


def _error(row: int, member: str | None, text: str) -> dict[str, object]:
    return {"error": {"row": row, "member": member, "text": text}}


def answers(
    stream: BinaryIO, policy: Policy, today: date
) -> Iterator[tuple[ExitStatus, Mapping[str, object]]]:
    """Assess each row of a FACTS input, in order: its Guidance, or the error in its place.

    With each comes how the row went: FINE, FOUND for refused FACTS, BAD_INPUT for a row that
    is no JSON. Raises RowsRefusedError where the input as a whole is damaged.
    """
    for number, text in enumerate(rows(stream), start=1):
        try:
            facts, site = parse_facts(orjson.loads(text))
            policy_here = with_site_keys(policy, site)
        except orjson.JSONDecodeError as reason:
            yield ExitStatus.BAD_INPUT, _error(number, None, f"the row is no JSON: {reason}")
        except FactsError as refused:
            yield ExitStatus.FOUND, _error(number, refused.member, refused.text)
        else:
            guidance = assess_facts(facts, policy_here, today)
            yield ExitStatus.FINE, guidance_json(guidance, policy_here, compact=False)


def write_answers(stream: BinaryIO, policy: Policy, today: date, out: BinaryIO) -> ExitStatus:
    """Write one line for each row and say how it went: see the exit statuses in the help."""
    outcomes = set()
    held = bytearray()
    try:
        for outcome, answer in answers(stream, policy, today):
            outcomes.add(outcome)
            held += orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE)
            if len(held) > WRITE_BYTES:
                out.write(held)
                held.clear()
    finally:
        out.write(held)
        out.flush()
    if outcomes <= {ExitStatus.FINE}:
        return ExitStatus.FINE
    return ExitStatus.BAD_INPUT if outcomes == {ExitStatus.BAD_INPUT} else ExitStatus.FOUND


@click.command(epilog=EXAMPLES)
@click.argument("facts", type=click.File("rb"), metavar="FACTS|-")
@with_policy
@with_today
def assess(facts: BinaryIO, policy: Policy, today: date) -> None:
    """Assess coded facts: print one Guidance a line.

    FACTS is one object, a JSON list or JSON lines with the inputs of decision model section 2;
    what a row leaves out takes the default of that section. The site keys guideline_profile,
    bac_policy, post_benign_biopsy_interval and switches may stand in a row and override the
    policy there.
    """
    try:
        status = write_answers(facts, policy, today, sys.stdout.buffer)
    except RowsRefusedError as reason:
        refuse(f"{name_of(facts)}: {reason}", ExitStatus.BAD_INPUT)
    raise SystemExit(status)
