"""The record of used tokens, in both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, text

from cds_service.storage import open_engine, spent_token, upgrade
from cds_service.storage import spent_tokens as spent_tokens_module
from cds_service.storage.spent_tokens import SpentTokens

ISSUER = "https://ehr.example.org"
PAGE = 4096 + 24
"""Bytes of one page in SQLite's log."""


@pytest.fixture
def spent(database: Engine) -> Iterator[SpentTokens]:
    """The record of one worker in a database with its tables."""
    spent = SpentTokens(str(database.url))
    yield spent
    spent.close()


def rows(database: Engine) -> list[tuple[str, str, int]]:
    """What is recorded."""
    with database.connect() as connection:
        asked = select(spent_token).order_by(spent_token.c.expires_at)
        return [(row.issuer, row.jti, row.expires_at) for row in connection.execute(asked)]


def test_a_token_is_recorded_once_for_its_issuer(database: Engine, spent: SpentTokens) -> None:
    """Each issuer spends its own, once, and everybody sees it at once."""
    said = [spent.add(ISSUER, "1", 10), spent.add(ISSUER, "1", 11), spent.add("https://b.example", "1", 12)]
    assert said == [True, False, True]
    assert rows(database) == [(ISSUER, "1", 10), ("https://b.example", "1", 12)]


def test_one_worker_knows_what_another_recorded(database: Engine, spent: SpentTokens) -> None:
    """A token that one worker recorded is not new to the next one, also after that one has asked before."""
    other = SpentTokens(str(database.url))
    said = [other.add(ISSUER, "0", 10), spent.add(ISSUER, "1", 10), other.add(ISSUER, "1", 10)]
    other.close()
    assert said == [True, True, False]


def test_what_expired_is_deleted(database: Engine, spent: SpentTokens) -> None:
    """Records of a time that is over go, those that can still be replayed stay."""
    for jti, expires_at in (("old", 999), ("due", 1000), ("new", 1001)):
        spent.add(ISSUER, jti, expires_at)
    assert spent.forget(1000.5) is True
    assert [jti for _, jti, _ in rows(database)] == ["due", "new"]


def test_a_database_that_cannot_say_is_not_taken_for_a_yes_or_a_no(
    database: Engine, spent: SpentTokens
) -> None:
    """Without its table the database answers neither that a token is new nor that it was used."""
    with database.begin() as connection:
        connection.execute(text("DROP TABLE spent_token"))
    assert (spent.add(ISSUER, "1", 10), spent.forget(1000)) == (None, False)


def test_it_records_again_after_a_failure(database: Engine, spent: SpentTokens) -> None:
    """What failed once does not fail for good."""
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE spent_token RENAME TO aside"))
    failed = spent.add(ISSUER, "1", 10)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE aside RENAME TO spent_token"))
    assert (failed, spent.add(ISSUER, "1", 10)) == (None, True)


@pytest.mark.needs("initdb", "pg_ctl")
def test_a_server_that_was_away_costs_one_call(empty_postgresql: Engine) -> None:
    """One call finds a dead connection when the server comes back, and no later one does."""
    upgrade(empty_postgresql)
    spent = SpentTokens(str(empty_postgresql.url))
    said = [spent.add(ISSUER, "1", 10)]
    with empty_postgresql.begin() as other:
        other.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND query LIKE 'INSERT INTO spent_token%'"
            )
        )
    said += [spent.add(ISSUER, jti, 10) for jti in ("2", "3", "4")]
    spent.close()
    assert said == [True, None, True, True]


def test_a_file_that_is_gone_records_nothing(tmp_path: Path) -> None:
    """A deleted file is not taken for one that records, and none is made in its place."""
    path = tmp_path / "cds.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    spent = SpentTokens(f"sqlite:///{path}")
    said = [spent.add(ISSUER, "1", 10)]
    for each in tmp_path.iterdir():
        each.unlink()
    said += [spent.add(ISSUER, "2", 10), spent.add(ISSUER, "3", 10)]
    assert (said, path.exists()) == ([True, None, None], False)
    spent.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An SQLite file with its tables, and an empty log."""
    path = tmp_path / "cds.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


def test_a_token_costs_one_page(path: Path) -> None:
    """What a caller waits for is one page of the file, which holds the row and is its key."""
    spent = SpentTokens(f"sqlite:///{path}")
    log = path.with_name(f"{path.name}-wal")
    spent.add(ISSUER, "0", 10)
    before = log.stat().st_size
    said = [spent.add(ISSUER, str(number), 10) for number in range(1, 11)]
    assert (said, log.stat().st_size - before) == ([True] * 10, 10 * PAGE)
    spent.close()


def test_no_caller_brings_pages_into_the_file(path: Path) -> None:
    """A thousand pages in the log are left to whoever commits next for the writer."""
    spent = SpentTokens(f"sqlite:///{path}")
    before = path.read_bytes()
    said = [spent.add(ISSUER, str(number), 10) for number in range(1100)]
    assert (said, path.read_bytes() == before) == ([True] * 1100, True)
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
    assert path.read_bytes() != before
    engine.dispose()
    spent.close()


def test_calls_that_come_together_use_one_connection(path: Path) -> None:
    """Callers of one worker wait for each other, and nobody has to ask an SQLite file twice."""
    spent = SpentTokens(f"sqlite:///{path}")
    opened: list[object] = []
    event.listen(spent._connections._engine, "connect", lambda *made: opened.append(made))
    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(lambda number: spent.add(ISSUER, str(number), 10), range(200)))
    spent.close()
    assert (said, len(opened)) == ([True] * 200, 1)


def test_nobody_waits_for_long_behind_another_call(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that hangs has a connection to itself; the next one takes another, and its token is spent."""
    monkeypatch.setattr(spent_tokens_module, "PATIENCE", 0.01)
    spent = SpentTokens(f"sqlite:///{path}")
    assert spent._in_turn is not None
    with spent._in_turn:
        assert [spent.add(ISSUER, "1", 10), spent.add(ISSUER, "1", 10)] == [True, False]
    spent.close()
