"""Bring the tables of a database to the shape this version needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, column, select, table
from sqlalchemy.exc import DBAPIError

from cds_service.errors import SettingsRefused

HEAD = "0002"
"""The newest migration in ``migrations/versions``."""

MIGRATIONS = Path(__file__).parent / "migrations"

# Any number, the same in every replica: holds the others back while one migrates.
ADVISORY_LOCK = 7_216_001


def current_revision(engine: Engine) -> str | None:
    """Read the newest migration this database has seen; None for an empty one."""
    version = table("alembic_version", column("version_num"))
    try:
        with engine.connect() as connection:
            found: str | None = connection.execute(select(version.c.version_num)).scalar()
            return found
    except DBAPIError as error:
        if error.connection_invalidated or not _is_reachable(engine):
            raise
        return None


def _is_reachable(engine: Engine) -> bool:
    try:
        with engine.connect() as connection:
            connection.execute(select(1))
    except DBAPIError:
        return False
    return True


def is_current(engine: Engine) -> bool:
    """Say whether the tables have the shape this version needs. Raises what the driver raises."""
    return current_revision(engine) == HEAD


def upgrade(engine: Engine) -> None:
    """Run the migrations that this database has not seen, one process at a time.

    Raises SettingsRefused when the database was made by a newer version of the program.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        _lock(connection)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise SettingsRefused(
                [
                    "CALCIFICATION_CDS_DATABASE_URL: the database was made by a newer version of this "
                    "program; use that version"
                ]
            ) from None
        connection.commit()


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")


def prepare(engine: Engine) -> None:
    """Make the database fit at start: an SQLite file is brought up to date, PostgreSQL only looked at.

    Raises SettingsRefused when PostgreSQL lacks a migration: with several replicas, somebody has to say
    when that
    happens. Raises what the driver raises when the database cannot be reached.
    """
    if is_current(engine):
        return
    if engine.dialect.name == "sqlite":
        upgrade(engine)
        return
    raise SettingsRefused(
        [
            "CALCIFICATION_CDS_DATABASE_URL: the tables are not those of this version; "
            "run calcification-cds database upgrade"
        ]
    )
