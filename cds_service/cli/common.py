"""What the commands around the model share: their options, and how they refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO, NoReturn, TypeVar

import click

from cards.policy import Policy
from cards.policy_file import PolicyRefusedError, parse_policy
from cds_service.cli.exit_status import ExitStatus

Command = TypeVar("Command", bound=Callable[..., object])


def refuse(text: str, status: ExitStatus) -> NoReturn:
    """Say on standard error why nothing more is done, and end with a status."""
    click.echo(f"Error: {text}", err=True)
    raise SystemExit(status)


def name_of(stream: BinaryIO) -> str:
    """Name an input for a message: its file, or standard input."""
    name = getattr(stream, "name", "-")
    return "standard input" if name in ("-", "<stdin>") else str(name)


def load_policy(path: Path | None) -> Policy:
    """Read a policy file, or give the defaults. A refused one ends the command with status 4."""
    if path is None:
        return Policy()
    try:
        return parse_policy(path.read_text(encoding="utf-8-sig"), str(path))
    except PolicyRefusedError as refused:
        refuse(str(refused), ExitStatus.CONFIGURATION_REFUSED)
    except UnicodeDecodeError:
        refuse(f"{path}: is not UTF-8 text", ExitStatus.CONFIGURATION_REFUSED)


def _as_policy(context: click.Context, parameter: click.Parameter, path: Path | None) -> Policy:
    return load_policy(path)


def _as_date(context: click.Context, parameter: click.Parameter, day: datetime | None) -> date:
    return (day or datetime.now(UTC)).date()


def with_policy(command: Command) -> Command:
    """Give a command the option --policy; it receives a Policy."""
    option = click.option(
        "--policy",
        type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
        callback=_as_policy,
        metavar="FILE.toml",
        help="The site's policy. Without it the defaults hold.",
    )
    return option(command)


def with_today(command: Command) -> Command:
    """Give a command the option --today; it receives a date."""
    option = click.option(
        "--today",
        type=click.DateTime(["%Y-%m-%d"]),
        callback=_as_date,
        metavar="YYYY-MM-DD",
        help="The day to take for today. Without it today in UTC.",
    )
    return option(command)
