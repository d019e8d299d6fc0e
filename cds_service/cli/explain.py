"""calcification-cds explain: the reasoning for one FACTS object, told as a person would."""

from __future__ import annotations

from datetime import date
from textwrap import fill
from typing import BinaryIO

import click
import orjson
from rich.console import Console
from rich.text import Text

from cards.facts_file import FactsError, parse_facts
from cards.guidance import assess
from cards.policy import Policy
from cards.policy_file import with_site_keys
from cds_service.cli.common import name_of, refuse, with_policy, with_today
from cds_service.cli.exit_status import ExitStatus
from cds_service.cli.reasoning import Section, reasoning

_COLOURS = {"[critical]": "bold red", "[warning]": "bold dark_orange", "[info]": "bold blue"}

EXAMPLES = """
Example:

\b
  echo '{"assessment_overall": "3", "exam_type": "diagnostic",
         "findings": [{"morphology": ["amorphous"], "change": "new"}]}' > facts.json
  calcification-cds explain facts.json

Exit status: 0 explained, 2 the FACTS cannot be used (the reason names the member and what is
allowed), 4 the policy is refused.
"""


def tell(sections: list[Section], console: Console) -> None:
    """Print sections; on a terminal with headings and levels in colour, else as plain lines."""
    for heading, lines in sections:
        console.print(Text(heading, style="bold underline"))
        for line in lines:
            margin = " " * (2 + len(line) - len(line.lstrip()))
            told = Text(fill(line.strip(), console.width, initial_indent=margin, subsequent_indent=margin))
            for level, colour in _COLOURS.items():
                told.highlight_words([level], colour)
            console.print(told)
        console.print()


@click.command(epilog=EXAMPLES)
@click.argument("facts", type=click.File("rb"), metavar="FACTS.json|-")
@with_policy
@with_today
def explain(facts: BinaryIO, policy: Policy, today: date) -> None:
    """Tell which rules applied to one FACTS object, why, and what they rest on.

    FACTS.json is one object as assess takes it. The answer says what was read, what was
    expected of each finding, the verdict, what comes next and when, and the sources.
    """
    try:
        read, site = parse_facts(orjson.loads(facts.read().removeprefix(b"\xef\xbb\xbf")))
        guidance = assess(read, with_site_keys(policy, site), today)
    except orjson.JSONDecodeError as reason:
        refuse(f"{name_of(facts)} is no JSON: {reason}", ExitStatus.BAD_INPUT)
    except FactsError as refused:
        refuse(f"{name_of(facts)}: {refused}", ExitStatus.BAD_INPUT)
    tell(reasoning(guidance), Console())
