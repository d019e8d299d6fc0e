"""An SQLite file that is moved or deleted under the service takes no more rows, and gets no successor.

SQLite itself goes on in a deleted file, where every row is lost, or makes a new one, which whoever puts the
old one back would overwrite.
"""

from __future__ import annotations

import os
import sqlite3
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

_FILE = "file"


def keep_to_one_file(engine: Engine, path: str) -> None:
    """Let ``engine`` write nowhere but to the file that lies at ``path``, and create it once at most."""
    was_there = False

    @event.listens_for(engine, "do_connect")
    def refuse_a_new_one(*_: Any) -> None:
        if was_there and not os.path.exists(path):
            raise sqlite3.OperationalError("the database file is gone")

    @event.listens_for(engine, "connect")
    def remember(_: object, entry: ConnectionPoolEntry) -> None:
        nonlocal was_there
        was_there = True
        entry.info[_FILE] = identity(path)

    @event.listens_for(engine, "checkout")
    def compare(_: object, entry: ConnectionPoolEntry, __: object) -> None:
        if entry.info[_FILE] != identity(path):
            raise DisconnectionError


def identity(path: str) -> tuple[int, int] | None:
    """Which file lies at ``path`` now, whatever its name was or will be; None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
