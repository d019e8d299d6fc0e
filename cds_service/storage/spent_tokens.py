"""SpentTokens: the record of used tokens that all workers share, one insert for each call.

A caller waits for this insert with a report in front of them. So SQLAlchemy writes its text once, and each
call hands it to the driver, on a connection that is kept for it.
"""

from __future__ import annotations

import threading
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert

from cds_service.storage.engine import DATABASE_ERRORS, open_engine
from cds_service.storage.kept import KeptConnections
from cds_service.storage.rows import by_place
from cds_service.storage.tables import spent_token

# Seconds that one call waits for another before it asks the database beside it. Usually a token is spent in a
# tenth of a millisecond; it takes longer when something is wrong, and then nobody waits for two.
PATIENCE: Final = 0.05


class SpentTokens:
    """The spent tokens in the database at an SQLAlchemy URL; nothing is connected before the first use."""

    def __init__(self, url: str) -> None:
        engine = open_engine(url, durable=False)
        self._connections = KeptConnections(engine)
        # SQLite lets one write at a time, and who comes in between sleeps for a millisecond or more before it
        # asks again. One connection that all use also knows what lies in the file, and need not read it.
        self._in_turn = threading.Lock() if engine.dialect.name == "sqlite" else None
        driver = engine.dialect.loaded_dbapi
        self._is_there = driver.IntegrityError
        self._errors = (*DATABASE_ERRORS, driver.Error)
        placing = by_place(engine.dialect)
        self._add = str(insert(spent_token).compile(dialect=placing))
        expired = spent_token.c.expires_at < bindparam("now")
        self._forget = str(delete(spent_token).where(expired).compile(dialect=placing))

    def add(self, issuer: str, jti: str, expires_at: int) -> bool | None:
        """Record one token, ``expires_at`` in seconds since 1970.

        False when it is there already, None when the database does not say.
        """
        return self._execute_in_turn(self._add, (issuer, jti, expires_at))

    def forget(self, now: float) -> bool:
        """Delete what has expired by ``now``, in seconds since 1970; False when the database is away."""
        return self._execute_in_turn(self._forget, (int(now),)) is not None

    def close(self) -> None:
        """Let go of the database."""
        self._connections.close()

    def _execute_in_turn(self, statement: str, values: tuple[Any, ...]) -> bool | None:
        turn = self._in_turn
        if turn is None or not turn.acquire(timeout=PATIENCE):
            return self._execute(statement, values)
        try:
            return self._execute(statement, values)
        finally:
            turn.release()

    def _execute(self, statement: str, values: tuple[Any, ...]) -> bool | None:
        try:
            kept = self._connections.take()
        except self._errors:
            return None
        try:
            kept.driver.cursor().execute(statement, values)
        except self._is_there:
            is_done = False
        except self._errors:
            self._connections.give_up(kept)
            return None
        else:
            is_done = True
        self._connections.give_back(kept)
        return is_done
