"""What the commands share that call a server named on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from cds_service.cli.common import refuse
from cds_service.cli.exit_status import ExitStatus
from cds_service.ehr.partner import Partner
from cds_service.outgoing import OutgoingRefused

Command = TypeVar("Command", bound=Callable[..., object])
A_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def with_fhir_server(command: Command) -> Command:
    """Give a command --fhir-server, --token-file and --ca-file."""
    for option in (
        click.option(
            "--ca-file", type=A_FILE, help="Certificates (PEM) to trust in place of the usual ones."
        ),
        click.option(
            "--token-file",
            type=A_FILE,
            help="A file with the FHIR server's access token; a token is never given on the command line.",
        ),
        click.option(
            "--fhir-server",
            required=True,
            metavar="URL",
            help="Base address of the FHIR R4 server; https, or http on this machine.",
        ),
    ):
        command = option(command)
    return command


def partner(
    option: str, address: str, token_file: Path | None = None, ca_file: Path | None = None
) -> Partner:
    """Make a Partner of what was typed after ``option``; one that may not be called ends with status 2."""
    token = None
    if token_file is not None:
        token = token_file.read_text(encoding="utf-8").strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            refuse(f"{token_file.name} does not hold one bearer token", ExitStatus.BAD_INPUT)
    try:
        return Partner.at(address, token=token, ca_file=ca_file)
    except OutgoingRefused as refused:
        refuse(f"{option} cannot be called: {refused.reason}", ExitStatus.BAD_INPUT)
