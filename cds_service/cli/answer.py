"""``calcification-cds answer``: the whole line without HTTP."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from cds_service.cli.exit_status import ExitStatus

EXAMPLES = """
Examples:

\b
  # what a clinician would see after this sign-off
  calcification-cds answer request.json

\b
  # what the EHR would get, and only the rules that applied
  calcification-cds answer request.json --json
  calcification-cds answer request.json --json | jq '.extension[].rules[].id'

\b
  # the same report under the policy of your site, on another day
  calcification-cds answer request.json --policy policy.toml --today 2026-05-04

Exit status: 0 answered, 2 the request gets no answer (the reason is printed as the
OperationOutcome that an EHR would get), 4 the policy is refused.
"""


@click.command(epilog=EXAMPLES)
@click.argument("request", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print the answer as the EHR would get it.")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Use this policy.toml instead of the one in the settings.",
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Answer as of this day instead of today (UTC).",
)
def answer(request: BinaryIO, as_json: bool, policy_file: Path | None, today: datetime | None) -> None:
    """Answer one CDS Hooks request from the file REQUEST (- reads standard input).

    REQUEST is the JSON that an EHR posts. Its member "hook" says which service answers.
    """
    import orjson

    from cds_service.errors import RequestRefused, SettingsRefused, operation_outcome
    from cds_service.hooks.answer_body import answer_body
    from cds_service.hooks.line import site_line
    from cds_service.settings import load_settings

    try:
        settings = load_settings()
        day = (today or datetime.now(UTC)).date()
        line = site_line(settings, policy_file=policy_file, today=lambda: day)
        response = answer_body(request.read(), settings, line)
    except SettingsRefused as refused:
        for reason in refused.reasons:
            click.echo(f"refused: {reason}", err=True)
        sys.exit(ExitStatus.CONFIGURATION_REFUSED)
    except RequestRefused as refused:
        outcome = operation_outcome(refused.code, refused.diagnostics, refused.expression)
        click.echo(orjson.dumps(outcome, option=orjson.OPT_INDENT_2), err=True)
        sys.exit(ExitStatus.BAD_INPUT)
    if as_json:
        click.echo(orjson.dumps(response, option=orjson.OPT_INDENT_2))
        return
    from rich.console import Console

    from cds_service.cli.draw import draw

    draw(response, Console())
