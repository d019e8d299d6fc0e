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


class Held:
    """The connections that are in use, each to be cut after ``seconds``; its user then gets an error."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._held: dict[object, tuple[float, Connection]] = {}
        self._has_begun = threading.Lock()

    def take(self, user: object, connection: Connection) -> None:
        """Note that ``user`` begins to use a connection."""
        if self._has_begun.acquire(blocking=False):
            threading.Thread(target=self._look, name="held", daemon=True).start()
        self._held[user] = (time.monotonic() + self._seconds, connection)

    def give_back(self, user: object) -> None:
        """Note that ``user`` has done with its connection."""
        self._held.pop(user, None)

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            for user, (until, connection) in self._held.copy().items():
                if time.monotonic() > until:
                    self.give_back(user)
                    _cut(connection)


def cut_when_held(engine: Engine, seconds: float) -> None:
    """End each connection of ``engine`` that is in use for more than ``seconds``; its user gets an error.

    Each is asked before it is used, and another is taken when it does not answer. The pool's own way of
    asking would not be cut.
    """
    held = Held(seconds)

    @event.listens_for(engine, "checkout")
    def take(connection: Connection, entry: ConnectionPoolEntry, _: object) -> None:
        held.take(entry, connection)
        try:
            engine.dialect.do_ping(cast(DBAPIConnection, connection))
        except Error:
            held.give_back(entry)
            raise DisconnectionError from None

    @event.listens_for(engine, "checkin")
    def give_back(_: object, entry: ConnectionPoolEntry) -> None:
        held.give_back(entry)


def _cut(connection: Connection) -> None:
    try:
        with socket.socket(fileno=os.dup(connection.fileno())) as its_own:
            its_own.shutdown(socket.SHUT_RDWR)
    except (OSError, Error):
        # It was closed meanwhile.
        return
