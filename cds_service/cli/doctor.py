"""calcification-cds doctor: what a FHIR server has for this service, and what it lacks."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from cds_service.cli.common import refuse, with_today
from cds_service.cli.exit_status import ExitStatus
from cds_service.cli.partners import A_FILE, partner, with_fhir_server

if TYPE_CHECKING:
    from rich.console import Console

    from cds_service.ehr.code_use import CodeUse
    from cds_service.ehr.examine import Examination

EXAMPLES = """
Examples:

\b
  # the latest reports of a test server
  calcification-cds doctor --fhir-server http://127.0.0.1:8080/fhir

\b
  # a server that searches only for a patient, with your own codes
  calcification-cds doctor --fhir-server https://fhir.example.org/r4 --token-file token.txt \\
      --patient 4711 --codes codes.csv

Exit status: 0 nothing to do; 1 something is to do, or no mammography report was found; 2 the address
cannot be called; 3 the server could not be reached; 4 codes.csv is refused.
"""
WIDTH = 140


@click.command(epilog=EXAMPLES)
@with_fhir_server
@click.option("--patient", "patients", multiple=True, help="Only reports of this patient; may be repeated.")
@click.option("--report", "reports", multiple=True, help="Only this report; may be repeated.")
@click.option("--codes", "site_codes", type=A_FILE, help="A site's codes.csv to load as well.")
@click.option(
    "--most", default=100, show_default=True, type=click.IntRange(1, 10_000), help="Most reports to look at."
)
@with_today
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.pass_context
def doctor(
    context: click.Context,
    fhir_server: str,
    token_file: Path | None,
    ca_file: Path | None,
    patients: tuple[str, ...],
    reports: tuple[str, ...],
    site_codes: Path | None,
    most: int,
    today: date,
    as_json: bool,
) -> None:
    """Say what can be read on a FHIR server, in which shapes findings arrive, and what is lacking.

    Reads mammography reports with the queries of this service's prefetch, reads each as a sign-off would be
    read, and lists the codes to map in codes.csv. Nothing is written, and nothing leaves this machine but
    the queries. The output holds ids of patients and reports.
    """
    from cds_service.ehr.examine import Examiner
    from cds_service.errors import SettingsRefused
    from cds_service.outgoing.refusals import OutgoingError, OutgoingRefused
    from cds_service.site import site_policy, site_terminology

    server = partner("--fhir-server", fhir_server, token_file, ca_file)
    try:
        terminology = site_terminology(site_codes, accept_unverified=False)
        examination = Examiner(server, site_policy(None), terminology, most).examine(today, reports, patients)
    except SettingsRefused as refused:
        refuse("; ".join(refused.reasons), ExitStatus.CONFIGURATION_REFUSED)
    except OutgoingRefused as refused:
        refuse(f"the FHIR server's answer was not accepted: {refused.reason}", ExitStatus.FOUND)
    except OutgoingError as error:
        refuse(f"the FHIR server could not be reached: {error.reason}", ExitStatus.PARTNER_AWAY)
    if as_json:
        click.echo(orjson.dumps(as_object(server.base, examination), option=orjson.OPT_INDENT_2))
    else:
        from rich.console import Console

        _draw(
            examination,
            Console(width=max(Console().width, WIDTH), markup=False, emoji=False, highlight=False),
        )
    context.exit(ExitStatus.FINE if examination.is_fine else ExitStatus.FOUND)


def as_object(base: str, examination: Examination) -> dict[str, object]:
    """The examination as one JSON object."""
    return {
        "fhir_server": base,
        "is_fine": examination.is_fine,
        "readable": examination.readable,
        "shapes": dict(_shapes(examination)),
        "reports": examination.reports,
        "other_reports": examination.others,
        "codes": [
            {
                "system": use.system,
                "code": use.code,
                "display": use.display,
                "kind": use.kind,
                "used_as": use.used_as,
                "table": use.table,
                "note": use.note,
                "times": times,
            }
            for use, times in _by_frequency(examination)
        ],
        "codes_csv": code_rows(examination),
    }


def code_rows(examination: Examination) -> list[str]:
    """The rows of a codes.csv for the codes nobody knows, with the concept left to be filled in."""
    import csv
    import io

    lines = io.StringIO()
    rows = csv.writer(lines, lineterminator="\n")
    rows.writerow(["concept", "system", "code", "display", "source", "verified", "note"])
    for use, times in _by_frequency(examination):
        if use.kind == "unknown":
            table = use.table or "TABLE"
            rows.writerow(
                [f"{table}.CONCEPT", use.system, use.code, use.display, "", "true", f"{times} times"]
            )
    return lines.getvalue().splitlines()


def _by_frequency(examination: Examination) -> list[tuple[CodeUse, int]]:
    return sorted(examination.codes.items(), key=lambda each: (-each[1], each[0].system, each[0].code))


def _shapes(examination: Examination) -> Counter[str]:
    return Counter(shape for each in examination.reports for shape in each.shapes)


def _draw(examination: Examination, console: Console) -> None:
    from rich.table import Table

    from cards.guidance.catalogue import rule

    table = Table("key", "query", "how it went", "found", "the server says", title="What can be read")
    for each in examination.readable:
        bad = each.state not in ("read", "nothing")
        table.add_row(
            each.key, each.query, each.state, str(each.found), each.note, style="bold red" if bad else None
        )
    console.print(table)
    if not examination.reports:
        console.print(f"No mammography report was found ({examination.others} other reports).")
        return
    table = Table("report", "exam", "findings arrive as", "verdict", "what is lacking", title="Reports")
    for report in examination.reports:
        lacking = [f"{each} {rule(each).title}" for each in report.lacks]
        lacking += [f"{each.location}: {each.code}" for each in report.problems]
        table.add_row(
            report.reference,
            f"{report.exam_type} {report.exam_date or 'undated'}",
            "\n".join(report.shapes) or "no finding",
            report.concordance,
            "\n".join(lacking) or "nothing",
        )
    console.print(table)
    if examination.codes:
        table = Table("code", "display", "what it is", "used as", "times", title="Codes to look at")
        for use, times in _by_frequency(examination):
            said = f"{use.kind} {use.note}".strip()
            place = f"{use.used_as} ({use.table})" if use.table else use.used_as
            table.add_row(f"{use.system}|{use.code}", use.display, said, place, str(times))
        console.print(table)
        console.print("To map them, complete these rows of codes.csv with the concept each one means:\n")
        for row in code_rows(examination):
            click.echo(row)
    fine = "Nothing to do." if examination.is_fine else "Something is to do."
    console.print(f"{len(examination.reports)} mammography reports, {examination.others} others. {fine}")
