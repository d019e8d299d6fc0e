"""calcification-cds seed: put the golden cases on a FHIR server."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from cds_service.cli.common import refuse
from cds_service.cli.exit_status import ExitStatus
from cds_service.cli.partners import partner, with_fhir_server

EXAMPLES = """
Examples:

\b
  calcification-cds seed --fhir-server http://127.0.0.1:8080/fhir
  calcification-cds seed --fhir-server https://fhir.example.org/r4 --token-file token.txt

Exit status: 0 every resource is there, 1 the server refused some, 2 the address cannot be called,
3 the server could not be reached.
"""


@click.command(epilog=EXAMPLES)
@with_fhir_server
@click.pass_context
def seed(context: click.Context, fhir_server: str, token_file: Path | None, ca_file: Path | None) -> None:
    """Put the made-up patients and reports of the golden cases on a FHIR server.

    Each resource is sent with PUT under its own id, so a second run changes nothing. Use a server for
    tests: a resource that has the same id there is written over.
    """
    from rich.console import Console
    from rich.progress import track

    from cds_service.ehr.seeds import seeds
    from cds_service.outgoing.refusals import OutgoingError

    server = partner("--fhir-server", fhir_server, token_file, ca_file)
    stored: Counter[str] = Counter()
    refused = 0
    console = Console(stderr=True)
    resources = seeds()
    for resource in track(resources, "Seeding", console=console, disable=not console.is_terminal):
        place = f"{resource['resourceType']}/{resource['id']}"
        try:
            reply = server.send("PUT", place, resource)
        except OutgoingError as error:
            refuse(f"the FHIR server could not be reached: {error.reason}", ExitStatus.PARTNER_AWAY)
        if reply.status in (200, 201):
            stored[str(resource["resourceType"])] += 1
            continue
        refused += 1
        click.echo(f"refused: {place}: {reply.status} {reply.outcome}".rstrip(), err=True)
        if reply.status in (401, 403):
            refuse("the FHIR server does not let this caller write", ExitStatus.FOUND)
    click.echo(", ".join(f"{count} {kind}" for kind, count in stored.items()))
    click.echo(f"{stored.total()} of {len(resources)} resources are on {server.base}")
    context.exit(ExitStatus.FOUND if refused else ExitStatus.FINE)
