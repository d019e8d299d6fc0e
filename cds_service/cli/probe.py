"""calcification-cds probe: what does a CDS service accept that it should not?"""

from __future__ import annotations

import time
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.table import Table

from cds_service.cli.common import refuse
from cds_service.cli.exit_status import ExitStatus
from cds_service.cli.signing import read_key, usual_algorithm
from cds_service.outgoing import Outgoing, OutgoingRefused, register
from cds_service.outgoing.refusals import OutgoingError
from cds_service.trust.forging import Forge
from cds_service.trust.keys import ALGORITHMS
from cds_service.trust.probing import DISCOVERY, Endpoint, Finding, GoodTokenRefused, first_service
from cds_service.trust.probing import probe as probe_endpoint

EXAMPLE = """
Example:

\b
  calcification-cds probe https://cds.example.org --key probe.jwk --issuer https://probe.example.org

Exit status: 0 everything forged was refused; 1 something was accepted, or the service broke; 2 the good
token was refused, so that nothing can be told, or bad usage; 3 the service could not be reached.
"""


@click.command(epilog=EXAMPLE)
@click.argument("base_url")
@click.option(
    "--key",
    "key_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A private key the service has registered: JWK or PEM, RSA or EC.",
)
@click.option("--issuer", required=True, help="The issuer the key is registered for.")
@click.option("--kid", help="The id of the key; without it that of the JWK.")
@click.option(
    "--algorithm",
    type=click.Choice(sorted(ALGORITHMS)),
    help="How to sign; without it RS384, or ES256, ES384, ES512 by the curve.",
)
@click.option("--jku", help="The registered address of the key set, if the service wants it named.")
@click.option("--tenant", help="A registered tenant, if the service wants one.")
@click.option("--service", help="Id of the service to probe beside discovery; without it the first one.")
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificates (PEM) to trust in place of the usual ones.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a row instead of a table.")
@click.pass_context
def probe(
    context: click.Context,
    base_url: str,
    key_file: Path,
    issuer: str,
    kid: str | None,
    algorithm: str | None,
    jku: str | None,
    tenant: str | None,
    service: str | None,
    ca_file: Path | None,
    as_json: bool,
) -> None:
    """Send forged, stale, replayed and mis-addressed tokens to the CDS service at BASE_URL.

    BASE_URL is what stands before /cds-services. The service has to know the key: register it for the
    probe, and take it
    out afterwards. Nothing but tokens and an empty JSON object is sent. Probe only services you may test.
    """
    key, kid = read_key(key_file, kid)
    try:
        base = register(base_url, allow_private=True, allow_port=True, allow_http=True)
    except OutgoingRefused as refused:
        refuse(f"BASE_URL cannot be called: {refused.reason}", ExitStatus.BAD_INPUT)
    forge = Forge(
        key, algorithm or usual_algorithm(key), kid, issuer, base.base, int(time.time()), jku, tenant
    )
    outgoing = Outgoing(ca_file)
    try:
        service = service or first_service(outgoing, base, forge)
        endpoints = [DISCOVERY]
        if service is not None:
            endpoints.append(Endpoint(service, f"/cds-services/{service}", "POST"))
        findings = [found for each in endpoints for found in probe_endpoint(outgoing, base, each, forge)]
    except GoodTokenRefused as refused:
        refuse(
            f"{refused.endpoint} answered {refused.status} to a good token, so nothing can be told. Is "
            "the key registered for this issuer, and is BASE_URL the service's public address?",
            ExitStatus.BAD_INPUT,
        )
    except OutgoingError as error:
        refuse(f"the service could not be reached: {error.reason}", ExitStatus.PARTNER_AWAY)
    _show(findings, as_json)
    context.exit(ExitStatus.FOUND if any(each.meaning for each in findings) else ExitStatus.FINE)


def _show(findings: list[Finding], as_json: bool) -> None:
    if as_json:
        for each in findings:
            click.echo(
                orjson.dumps(
                    {
                        "endpoint": each.endpoint,
                        "token": each.token,
                        "status": each.status,
                        "verdict": each.verdict,
                        "meaning": each.meaning,
                    }
                )
            )
        return
    table = Table("endpoint", "sent", "status", "verdict", "what it means")
    for each in findings:
        style = "bold red" if each.meaning else None
        table.add_row(
            each.endpoint, each.token, str(each.status or "-"), each.verdict, each.meaning, style=style
        )
    Console().print(table)
    found = sum(1 for each in findings if each.meaning)
    click.echo("Everything forged was refused." if not found else f"{found} findings.")
