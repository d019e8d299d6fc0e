"""calcification-cds clients: look at the registry before the service relies on it."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import click
import orjson
from joserfc.jwk import ECKey
from rich.console import Console
from rich.table import Table

from cds_service.cli.common import refuse
from cds_service.cli.exit_status import ExitStatus
from cds_service.errors import SettingsRefused
from cds_service.outgoing import Budget, Destination, Outgoing
from cds_service.outgoing.refusals import OutgoingError
from cds_service.settings import load_settings
from cds_service.trust import Client, ClientsRefused, load_clients
from cds_service.trust.key_store import MEDIA_TYPES, MOST_BYTES
from cds_service.trust.keys import BadKeySet, Keys, read_keys

CHECK_EXAMPLE = """
Example:

\b
  calcification-cds clients check clients.toml

Exit status: 0 the file can be used; 4 it is refused.
"""
TEST_EXAMPLE = """
Example:

\b
  CALCIFICATION_CDS_CLIENTS_FILE=clients.toml calcification-cds clients test https://ehr.example.org

Exit status: 0 the client's key server gave usable keys and its FHIR servers answered; 1 something
to look at; 2 no such client; 3 a partner could not be reached; 4 the settings or the registry are refused.
"""
KEY_EXAMPLE = """
Example:

\b
  calcification-cds clients key ehr

Exit status: 0 both files are written; 2 the private one is there already.
"""
SECONDS = 10.0
# Issuers and addresses are long, and a wrapped one cannot be copied.
WIDTH = 140


@click.group()
def clients() -> None:
    """Check the registry of callers, and whether their servers can be reached."""


@clients.command(epilog=CHECK_EXAMPLE)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--development", is_flag=True, help="Also take what only the development profile takes.")
def check(file: Path, development: bool) -> None:
    """Check FILE as the service does at start, and show who may do what. Nobody is called."""
    try:
        registered = load_clients(file, production=not development)
    except ClientsRefused as refused:
        refuse("\n  ".join(["the registry is refused", *refused.reasons]), ExitStatus.CONFIGURATION_REFUSED)
    table = Table("issuer", "keys", "algorithms", "tenants", "FHIR servers", "calls a minute")
    for client in registered.values():
        table.add_row(
            client.issuer,
            ", ".join(client.keys) if client.keys is not None else str(client.jku),
            ", ".join(sorted(client.algorithms)),
            ", ".join(sorted(client.tenants)) or "any",
            "\n".join(each.destination.base for each in client.fhir) or "none",
            str(client.rate_per_minute),
        )
    Console(width=max(Console().width, WIDTH)).print(table)


@clients.command(epilog=TEST_EXAMPLE)
@click.argument("issuer")
@click.pass_context
def test(context: click.Context, issuer: str) -> None:
    """Fetch the key set of ISSUER and ask its FHIR servers for their metadata, as the service would."""
    try:
        settings = load_settings()
        if settings.clients_file is None:
            refuse("name the registry in CALCIFICATION_CDS_CLIENTS_FILE", ExitStatus.CONFIGURATION_REFUSED)
        registered = load_clients(settings.clients_file, production=settings.profile == "production")
    except (SettingsRefused, ClientsRefused) as refused:
        refuse("; ".join(refused.reasons), ExitStatus.CONFIGURATION_REFUSED)
    client = registered.get(issuer)
    if client is None:
        refuse(f"the registry has no issuer {issuer}", ExitStatus.BAD_INPUT)
    outgoing = Outgoing(settings.ca_file)
    status = max(
        _test_keys(client, outgoing),
        *(_test_fhir(each.destination, outgoing) for each in client.fhir),
        ExitStatus.FINE,
    )
    context.exit(status)


@clients.command(epilog=KEY_EXAMPLE)
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Where to write the two files; without it here.",
)
def key(name: str, folder: Path) -> None:
    """Make a key pair to try things out with, or to probe with: NAME.private.jwk and NAME.jwks.json.

    An EHR makes its own keys and hands over the public ones; nobody else may have the private ones.
    """
    pair = ECKey.generate_key("P-384", parameters={"kid": str(uuid4()), "use": "sig", "alg": "ES384"})
    private, public = folder / f"{name}.private.jwk", folder / f"{name}.jwks.json"
    try:
        with open(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as secret:
            secret.write(orjson.dumps(pair.as_dict(private=True)))
        public.write_bytes(orjson.dumps({"keys": [pair.as_dict(private=False)]}, option=orjson.OPT_INDENT_2))
    except FileExistsError:
        refuse(f"{private} is there already; a key is never written over", ExitStatus.BAD_INPUT)
    click.echo(f"private: {private}\npublic:  {public}")


def _test_keys(client: Client, outgoing: Outgoing) -> ExitStatus:
    keys = client.keys
    if client.key_url is not None:
        try:
            fetched = outgoing.fetch(
                client.key_url,
                client.key_url.base,
                Budget.of(SECONDS),
                max_bytes=MOST_BYTES,
                accept="application/json",
            )
        except OutgoingError as error:
            click.echo(f"key set: could not be fetched: {error.reason}")
            return ExitStatus.PARTNER_AWAY
        if fetched.status != 200 or fetched.media_type not in MEDIA_TYPES:
            click.echo(f"key set: answered {fetched.status} with {fetched.media_type or 'no content type'}")
            return ExitStatus.FOUND
        try:
            keys = read_keys(fetched.body)
        except BadKeySet as error:
            click.echo(f"key set: {error}")
            return ExitStatus.FOUND
    return _show_keys(client, keys or {})


def _show_keys(client: Client, keys: Keys) -> ExitStatus:
    status = ExitStatus.FOUND
    for kid, named in keys.items():
        fitting = sorted(each for each in client.algorithms if named[0].fits(each))
        fault = (
            "there twice, so it is not used"
            if len(named) > 1
            else "too short, so it is not used"
            if named[0].is_weak
            else ""
        )
        if fitting and not fault:
            status = ExitStatus.FINE
        click.echo(f"key {kid}: {fault or ', '.join(fitting) or 'fits no algorithm of this client'}")
    return status


def _test_fhir(destination: Destination, outgoing: Outgoing) -> ExitStatus:
    try:
        fetched = outgoing.fetch(
            destination,
            "metadata?_summary=true",
            Budget.of(SECONDS),
            max_bytes=10 * 1024 * 1024,
            accept="application/fhir+json",
        )
    except OutgoingError as error:
        click.echo(f"FHIR server {destination.base}: could not be reached: {error.reason}")
        return ExitStatus.PARTNER_AWAY
    click.echo(f"FHIR server {destination.base}: answered {fetched.status}")
    return ExitStatus.FINE if fetched.status < 500 else ExitStatus.FOUND
