"""calcification-cds invoke: call a CDS service as an EHR would, with data from a FHIR server."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import click
import orjson

from cds_service.cli.common import refuse
from cds_service.cli.exit_status import ExitStatus
from cds_service.cli.partners import A_FILE, partner, with_fhir_server
from cds_service.ehr.partner import Partner, Reply

EXAMPLES = """
Examples:

\b
  # after `calcification-cds seed`: what a radiologist would see after this sign-off
  calcification-cds invoke --service http://127.0.0.1:8000 \\
      --fhir-server http://127.0.0.1:8080/fhir --report mg-003

\b
  # a service that knows its callers, a FHIR server that does too
  calcification-cds invoke --service https://cds.example.org --key ehr.private.jwk \\
      --issuer https://ehr.example.org --fhir-server https://fhir.example.org/r4 \\
      --token-file token.txt --report 4711

\b
  # no prefetch: the service reads the FHIR server itself
  calcification-cds invoke --service http://127.0.0.1:8000 --no-prefetch \\
      --fhir-server http://127.0.0.1:8080/fhir --token-file token.txt --report mg-003

Exit status: 0 answered; 1 answered although a prefetch key could not be filled, or refused by the
service; 2 the report, or a service for the hook, is not there; 3 a partner could not be reached.
"""


@click.command(epilog=EXAMPLES)
@click.option("--service", required=True, metavar="URL", help="What stands before /cds-services.")
@with_fhir_server
@click.option("--report", "report_id", required=True, help="Id of the DiagnosticReport that was signed.")
@click.option(
    "--hook", default="report-sign", show_default=True, help="The hook; or patient-view, report-review."
)
@click.option("--user", default="Practitioner/1", show_default=True, help="Who signs: context.userId.")
@click.option("--no-prefetch", is_flag=True, help="Hand over the token instead of the data.")
@click.option("--key", "key_file", type=A_FILE, help="A private key the service has registered: JWK or PEM.")
@click.option("--issuer", help="The issuer the key is registered for.")
@click.option("--kid", help="The id of the key; without it that of the JWK.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as it came.")
@click.pass_context
def invoke(
    context: click.Context,
    service: str,
    fhir_server: str,
    token_file: Path | None,
    ca_file: Path | None,
    report_id: str,
    hook: str,
    user: str,
    no_prefetch: bool,
    key_file: Path | None,
    issuer: str | None,
    kid: str | None,
    as_json: bool,
) -> None:
    """Call a CDS service as an EHR would after a sign-off, and show the cards.

    Reads discovery, fills the prefetch templates from the FHIR server, posts, and draws the answer. What
    could not be filled is said on standard error.
    """
    from cds_service.ehr import calling
    from cds_service.outgoing.refusals import OutgoingError

    if no_prefetch and token_file is None:
        refuse(
            "--no-prefetch needs --token-file: without a token the service cannot read", ExitStatus.BAD_INPUT
        )
    server = partner("--fhir-server", fhir_server, token_file, ca_file)
    cds = partner("--service", service, ca_file=ca_file)
    token = _signer(cds, key_file, issuer, kid)
    try:
        chosen = calling.choose(calling.discover(cds, token("cds-services")), hook)
        hook_context = calling.context_of(calling.read_report(server, report_id), hook, user)
        filled = calling.Filled({}, ()) if no_prefetch else calling.fill(server, chosen, hook_context)
        request = calling.hook_request(chosen, hook_context, filled.prefetch, server, may_read=no_prefetch)
        reply = calling.call(cds, chosen, request, token(f"cds-services/{chosen['id']}"))
    except calling.Unusable as reason:
        refuse(str(reason), ExitStatus.BAD_INPUT)
    except OutgoingError as error:
        refuse(f"a partner could not be reached: {error.reason}", ExitStatus.PARTNER_AWAY)
    for note in filled.notes:
        click.echo(f"prefetch: {note}", err=True)
    _show(reply, as_json)
    context.exit(ExitStatus.FOUND if filled.notes else ExitStatus.FINE)


def _show(reply: Reply, as_json: bool) -> None:
    if reply.status != 200 or reply.body is None or not isinstance(reply.body.get("cards"), list):
        refuse(f"the service answered {reply.status} {reply.outcome}".rstrip(), ExitStatus.FOUND)
    if as_json:
        click.echo(orjson.dumps(reply.body, option=orjson.OPT_INDENT_2))
        return
    from rich.console import Console

    from cds_service.cli.draw import draw

    draw(dict(reply.body), Console())


def _signer(
    cds: Partner, key_file: Path | None, issuer: str | None, kid: str | None
) -> Callable[[str], str | None]:
    """Make what signs one fresh token for each address of the service; none without a key."""
    if key_file is None or issuer is None:
        if key_file is not None or issuer is not None:
            refuse("--key and --issuer go together", ExitStatus.BAD_INPUT)
        return lambda path: None
    from cds_service.cli.signing import read_key, usual_algorithm
    from cds_service.trust.forging import Forge

    key, name = read_key(key_file, kid)
    algorithm = usual_algorithm(key)
    return lambda path: Forge(key, algorithm, name, issuer, f"{cds.base}/{path}", int(time.time())).token()
