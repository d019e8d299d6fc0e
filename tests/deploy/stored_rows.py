"""What a site's database holds, to compare it before and after."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Engine, select

from cds_service.storage import audit, feedback, issued_card, open_engine, spent_token

Rows = dict[str, set[str]]


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
