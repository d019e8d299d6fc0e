"""calcification-cds database: the tables behind feedback, audit and replay records."""

from __future__ import annotations

from pathlib import Path

import click

from cds_service.cli.common import refuse
from cds_service.cli.exit_status import ExitStatus
from cds_service.cli.stored import stored
from cds_service.errors import SettingsRefused
from cds_service.settings import load_settings
from cds_service.storage import DATABASE_ERRORS, is_current, open_engine
from cds_service.storage import upgrade as upgrade_tables


@click.group()
def database() -> None:
    """Look after the database that CALCIFICATION_CDS_DATABASE_URL names."""


UPGRADE_EXAMPLE = """
Example:

\b
  CALCIFICATION_CDS_DATABASE_URL=postgresql://cds@db.example.org/cds calcification-cds database upgrade

Exit status: 0 the tables fit; 3 the database could not be reached; 4 it is refused.
"""


@database.command(epilog=UPGRADE_EXAMPLE)
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Bring the tables to the shape this version needs; run it before starting a new version.

    An SQLite file is also brought up to date whenever the service starts. With PostgreSQL this command is the
    one way.
    """
    try:
        engine = open_engine(load_settings().database_url, patient=True)
        was_current = is_current(engine)
        if not was_current:
            upgrade_tables(engine)
    except SettingsRefused as refused:
        click.echo("\n".join(refused.reasons), err=True)
        context.exit(ExitStatus.CONFIGURATION_REFUSED)
    except DATABASE_ERRORS:
        click.echo("The database could not be reached. Check CALCIFICATION_CDS_DATABASE_URL.", err=True)
        context.exit(ExitStatus.PARTNER_AWAY)
    click.echo("The tables were up to date." if was_current else "The tables are up to date now.")


BACKUP_EXAMPLE = """
Example:

\b
  calcification-cds database backup 2026-05-04.sqlite3

To restore it, stop the service, put the copy in the place of the file that CALCIFICATION_CDS_DATABASE_URL
names, delete that file's -wal and -shm, and start the service.

Exit status: 0 the copy is complete; 2 there is such a file already; 3 the database could not be read; 4 it
is refused: PostgreSQL is copied with pg_dump.
"""


@database.command(epilog=BACKUP_EXAMPLE)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy an SQLite database to FILE while the service runs; handle the copy as health data."""
    from cds_service.storage.backup import back_up

    with stored() as (engine, _):
        try:
            back_up(engine, file)
        except FileExistsError:
            refuse(f"{file} is there already; a backup is never written over", ExitStatus.BAD_INPUT)
    click.echo(f"Copied to {file}.")
