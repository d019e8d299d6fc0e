"""Connections that stay with their user between two uses, for what must not wait for the pool.

They are watched as those of the pool are: none is used whose file has been moved, and one that is in use for
too long is cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

from cds_service.storage.engine import POOL_SIZE, WAIT_SECONDS
from cds_service.storage.held import Held
from cds_service.storage.one_file import identity


@dataclass(eq=False, frozen=True, slots=True)
class Kept:
    """One connection: ``driver`` is that of the driver, ``file`` which file it leads to."""

    pooled: PoolProxiedConnection
    driver: Any
    file: tuple[int, int] | None


class KeptConnections:
    """The connections of one user. ``engine`` is not used by anybody else, and says how many there may be."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        is_sqlite = engine.dialect.name == "sqlite"
        self._path = engine.url.database if is_sqlite else None
        # SQLite gives up by itself.
        self._held = None if is_sqlite else Held(WAIT_SECONDS)
        self._idle: list[Kept] = []

    def take(self) -> Kept:
        """Take the connection that was used last, or a new one.

        Raises what the driver raises, and SQLAlchemy's TimeoutError when all are in use for too long.
        """
        kept = self._idle_one() or self._new_one()
        if self._held is not None:
            self._held.take(kept, kept.driver)
        return kept

    def give_back(self, kept: Kept) -> None:
        """Keep a connection for the next use."""
        if self._held is not None:
            self._held.give_back(kept)
        if len(self._idle) < POOL_SIZE:
            self._idle.append(kept)
        else:
            kept.pooled.invalidate()

    def give_up(self, kept: Kept) -> None:
        """Close a connection that failed, and those that wait for their next use: they lead to the same
        server."""
        if self._held is not None:
            self._held.give_back(kept)
        kept.pooled.invalidate()
        self._close_idle()

    def close(self) -> None:
        """Close all that are not in use."""
        self._close_idle()
        self._engine.dispose()

    def _idle_one(self) -> Kept | None:
        while (kept := self._pop()) is not None:
            if self._path is None or kept.file == identity(self._path):
                return kept
            kept.pooled.invalidate()
        return None

    def _pop(self) -> Kept | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _new_one(self) -> Kept:
        pooled = self._engine.raw_connection()
        file = None if self._path is None else identity(self._path)
        return Kept(pooled, pooled.dbapi_connection, file)

    def _close_idle(self) -> None:
        while (kept := self._pop()) is not None:
            kept.pooled.invalidate()
