"""The record of used tokens, in both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, text

from cds_service.storage import open_engine, spent_token, upgrade
from cds_service.storage.spent_tokens import SpentTokens

ISSUER = "https://ehr.example.org"


@pytest.fixture
def spending(database: Engine) -> Iterator[Engine]:
    """A second way to the database, as the check of a caller takes it."""
    engine = open_engine(database.url.render_as_string(hide_password=False), durable=False)
    yield engine
    engine.dispose()


def rows(database: Engine) -> list[tuple[str, str, int]]:
    """What is recorded."""
    with database.connect() as connection:
        asked = select(spent_token).order_by(spent_token.c.expires_at)
        return [tuple(row) for row in connection.execute(asked)]


@pytest.mark.parametrize("durable", [True, False])
def test_a_token_is_recorded_once_for_its_issuer(database: Engine, spending: Engine, durable: bool) -> None:
    """Each issuer spends its own, once, and others see it at once, also on an engine that does not commit by
    itself."""
    spent = SpentTokens(database if durable else spending)
    said = [spent.add(ISSUER, "1", 10), spent.add(ISSUER, "1", 11), spent.add("https://b.example", "1", 12)]
    assert said == [True, False, True]
    assert rows(database) == [(ISSUER, "1", 10), ("https://b.example", "1", 12)]


def test_what_expired_is_deleted(database: Engine, spending: Engine) -> None:
    """Records of a time that is over go, those that can still be replayed stay."""
    spent = SpentTokens(spending)
    for jti, expires_at in (("old", 999), ("due", 1000), ("new", 1001)):
        spent.add(ISSUER, jti, expires_at)
    assert spent.forget(1000) is True
    assert [jti for _, jti, _ in rows(database)] == ["due", "new"]


def test_a_database_that_cannot_say_is_not_taken_for_a_yes_or_a_no(
    database: Engine, spending: Engine
) -> None:
    """Without its table the database answers neither that a token is new nor that it was used."""
    spent = SpentTokens(spending)
    with database.begin() as connection:
        connection.execute(text("DROP TABLE spent_token"))
    assert (spent.add(ISSUER, "1", 10), spent.forget(1000)) == (None, False)


def test_one_connection_serves_one_call_after_another(spending: Engine) -> None:
    """Calls that follow each other use one connection, also after a token that was used before."""
    opened: list[object] = []
    event.listen(spending, "connect", lambda connection, _: opened.append(connection))
    spent = SpentTokens(spending)
    for jti in ("1", "2", "2", "3"):
        spent.add(ISSUER, jti, 10)
    assert len(opened) == 1


@pytest.mark.needs("initdb", "pg_ctl")
def test_a_server_that_was_away_costs_one_call(empty_postgresql: Engine) -> None:
    """One call finds a dead connection when the server comes back, whatever number of them is kept."""
    upgrade(empty_postgresql)
    spending = open_engine(str(empty_postgresql.url), durable=False)
    spent = SpentTokens(spending)
    kept = [spending.connect() for _ in range(3)]
    pids = [connection.execute(text("SELECT pg_backend_pid()")).scalar_one() for connection in kept]
    for connection in kept:
        connection.close()
    with empty_postgresql.begin() as other:
        for pid in pids:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    assert [spent.add(ISSUER, jti, 10) for jti in ("1", "2", "3")] == [None, True, True]
    spent.close()


def test_a_file_that_is_gone_records_nothing(tmp_path: Path) -> None:
    """A deleted file is not taken for one that records, and none is made in its place."""
    path = tmp_path / "cds.sqlite3"
    url = f"sqlite:///{path}"
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
    spent = SpentTokens(open_engine(url, durable=False))
    said = [spent.add(ISSUER, "1", 10)]
    for each in tmp_path.iterdir():
        each.unlink()
    said += [spent.add(ISSUER, "2", 10), spent.add(ISSUER, "3", 10)]
    assert (said, path.exists()) == ([True, None, None], False)
    spent.close()
