"""A connection that is held too long is cut, so that a database which hangs holds nobody for ever.

The database's own time limits do not help when it is frozen or when the network to it is gone.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from typing import cast

from psycopg import Connection, Error
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

LOOK_SECONDS = 0.5


def cut_when_held(engine: Engine, seconds: float, *, ping: bool) -> None:
    """End each connection of ``engine`` that is in use for more than ``seconds``; its user gets an error.

    ``ping``: ask the database on each connection before it is used, and take another when it does not answer.
    The pool's own way of asking would not be cut.
    """
    held: dict[ConnectionPoolEntry, tuple[float, Connection]] = {}
    has_begun = threading.Lock()

    def look() -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            for entry, (until, connection) in held.copy().items():
                if time.monotonic() > until:
                    held.pop(entry, None)
                    _cut(connection)

    @event.listens_for(engine, "checkout")
    def take(connection: Connection, entry: ConnectionPoolEntry, _: object) -> None:
        if has_begun.acquire(blocking=False):
            threading.Thread(target=look, name="held", daemon=True).start()
        held[entry] = (time.monotonic() + seconds, connection)
        if ping:
            try:
                engine.dialect.do_ping(cast(DBAPIConnection, connection))
            except Error:
                held.pop(entry, None)
                raise DisconnectionError from None

    @event.listens_for(engine, "checkin")
    def give_back(_: object, entry: ConnectionPoolEntry) -> None:
        held.pop(entry, None)


def _cut(connection: Connection) -> None:
    try:
        with socket.socket(fileno=os.dup(connection.fileno())) as its_own:
            its_own.shutdown(socket.SHUT_RDWR)
    except (OSError, Error):
        # It was closed meanwhile.
        return
