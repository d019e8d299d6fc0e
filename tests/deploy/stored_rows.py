"""A site's database: made anew, and what it holds, to compare it before and after."""

from __future__ import annotations

import subprocess
import time
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from cds_service.storage import audit, feedback, issued_card, open_engine, spent_token

Rows = dict[str, set[str]]


def psql(url: str, *statements: str) -> None:
    """Run statements as an operator would; the first that fails is a CalledProcessError."""
    words = [word for statement in statements for word in ("--command", statement)]
    subprocess.run(
        ["psql", "--quiet", "--set", "ON_ERROR_STOP=1", *words, url], check=True, capture_output=True
    )


def empty_database(server: str, name: str) -> str:
    """Make a database on a PostgreSQL, in the place of one of that name; its URL."""
    psql(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    return f"{server.rpartition('/')[0]}/{name}"


def rows_of(url: str) -> Rows:
    """Every row of every table, as text."""
    engine = open_engine(url)
    try:
        return {
            table.name: {repr(tuple(row)) for row in _rows(engine, table)}
            for table in (audit, feedback, issued_card, spent_token)
        }
    finally:
        engine.dispose()


def _rows(engine: Engine, table: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(table)).all())


def settled_rows(url: str, cards: int) -> Rows:
    """The rows when so many cards were written and nothing more comes; they are written behind the answer."""
    limit = time.monotonic() + 20
    before: Rows = {}
    while time.monotonic() < limit:
        found = rows_of(url)
        if len(found["issued_card"]) >= cards and found == before:
            return found
        before = found
        time.sleep(0.5)
    raise AssertionError(f"{len(before['issued_card'])} of {cards} cards were written")


def audit_refuses_changes(url: str) -> None:
    """The database itself keeps its audit rows from being deleted."""
    engine = open_engine(url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("DELETE FROM audit"))
    engine.dispose()
