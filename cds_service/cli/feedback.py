"""``calcification-cds feedback report``: what became of the cards, by rule and reason."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from cds_service.cli.stored import stored

EXAMPLES = """
Examples:

\b
  # what clinicians say about the cards, unsafe or wrong advice first
  calcification-cds feedback report

\b
  # the same for a meeting, and for a spreadsheet
  calcification-cds feedback report --since 2026-04-01 --html > april.html
  calcification-cds feedback report --csv > feedback.csv

Exit status: 0 done; 2 bad usage; 3 the database could not be reached; 4 it is refused.
"""


@click.group()
def feedback() -> None:
    """Read what clinicians did with the cards."""


@feedback.command(epilog=EXAMPLES)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Count from this day (UTC) on.")
@click.option("--csv", "form", flag_value="csv", help="Print one line for each rule, outcome and reason.")
@click.option("--json", "form", flag_value="json", help="Print one JSON object.")
@click.option("--html", "form", flag_value="html", help="Print a page with charts, without any script.")
@click.option("--comments", is_flag=True, help="With --json: add what people wrote, where it is kept.")
def report(since: datetime | None, form: str | None, comments: bool) -> None:
    """Show how often the cards of each rule were shown, accepted and overridden, and why.

    Rules about which somebody said "unsafe or wrong advice" come first. A card counts for each of its rules.
    Feedback on cards that this service does not know stands under "unknown card".
    """
    if comments and form != "json":
        raise click.UsageError("--comments goes with --json only.")
    from cds_service.cli import feedback_forms
    from cds_service.storage.feedback_report import feedback_report

    with stored() as (engine, _):
        counted = feedback_report(engine, None if since is None else since.replace(tzinfo=UTC))
    if form == "csv":
        feedback_forms.write_csv(counted, sys.stdout)
    elif form == "json":
        click.echo(feedback_forms.as_json(counted, with_comments=comments))
    elif form == "html":
        from cds_service.web.feedback_page import feedback_page

        click.echo(feedback_page(counted, feedback_forms.title_of))
    else:
        from rich.console import Console

        Console().print(feedback_forms.table(counted))
        click.echo(feedback_forms.totals(counted))
