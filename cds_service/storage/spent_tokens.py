"""SpentTokens: the record of used tokens that all workers share, one insert for each call.

A caller waits for this insert with a report in front of them. So SQLAlchemy writes its text once, and each
call hands it to the driver on a connection of the pool.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

from sqlalchemy import Engine, delete, insert
from sqlalchemy.pool import PoolProxiedConnection

from cds_service.storage.engine import DATABASE_ERRORS
from cds_service.storage.tables import spent_token


class SpentTokens:
    """The spent tokens in the database of ``engine``, best one that is not durable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._driver = engine.dialect.loaded_dbapi
        self._errors = (*DATABASE_ERRORS, self._driver.Error)
        compiled = insert(spent_token).compile(engine)
        self._insert = str(compiled)
        # SQLite takes the values in this order, PostgreSQL by name.
        self._order = compiled.positiontup

    def add(self, issuer: str, jti: str, expires_at: int) -> bool | None:
        """Record one token, ``expires_at`` in seconds since 1970.

        False when it is there already, None when the database does not say.
        """
        named = {"issuer": issuer, "jti": jti, "expires_at": expires_at}
        values = named if self._order is None else [named[name] for name in self._order]
        try:
            with closing(self._engine.raw_connection()) as connection:
                self._execute(connection, values)
        except self._driver.IntegrityError:
            return False
        except self._errors:
            return None
        return True

    def _execute(
        self, connection: PoolProxiedConnection, values: Mapping[str, object] | Sequence[object]
    ) -> None:
        cursor = connection.cursor()
        try:
            cursor.execute(self._insert, values)
            # Nothing to do where each statement commits by itself.
            connection.commit()
        except self._driver.Error as error:
            if self._engine.dialect.is_disconnect(error, connection, cursor):
                # The others lead to the same server.
                connection.invalidate(error)
                self._engine.dispose()
            raise

    def forget(self, now: float) -> bool:
        """Delete what has expired by ``now``, in seconds since 1970; False when the database is away."""
        try:
            with self._engine.begin() as connection:
                connection.execute(delete(spent_token).where(spent_token.c.expires_at < now))
        except DATABASE_ERRORS:
            return False
        return True

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()
