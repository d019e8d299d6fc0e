"""A copy of an SQLite file, whole and consistent, while the service goes on writing to it."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine

from cds_service.errors import SettingsRefused


def back_up(engine: Engine, file: Path) -> None:
    """Write what the database holds at this moment to a new SQLite file, and let it reach the disk.

    The file has its name only when it is complete. Raises FileExistsError when there is one already,
    SettingsRefused when the database is not SQLite, and what the driver raises.
    """
    if engine.dialect.name != "sqlite":
        raise SettingsRefused(
            ["CALCIFICATION_CDS_DATABASE_URL: this command copies SQLite files; PostgreSQL has pg_dump"]
        )
    if file.exists():
        raise FileExistsError(file)
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(partial),))
        with partial.open("rb") as copied:
            os.fsync(copied.fileno())
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
