"""Connections that stay with their user between two uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cds_service.storage import engine as engine_module
from cds_service.storage import kept as kept_module
from cds_service.storage import open_engine
from cds_service.storage.kept import KeptConnections


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file of this test lies."""
    return tmp_path / "cds.sqlite3"


@pytest.fixture
def connections(path: Path) -> KeptConnections:
    """Connections to it; it has no tables."""
    return KeptConnections(open_engine(f"sqlite:///{path}", durable=False))


def test_the_one_used_last_is_used_next(connections: KeptConnections) -> None:
    """Of those that wait the one that knows the most of the file is taken."""
    first, second = connections.take(), connections.take()
    connections.give_back(first)
    connections.give_back(second)
    assert (connections.take(), connections.take()) == (second, first)
    connections.close()


def test_a_failed_one_takes_those_that_wait_with_it(connections: KeptConnections) -> None:
    """After a failure nobody gets a connection from before it."""
    first, second = connections.take(), connections.take()
    connections.give_back(first)
    connections.give_up(second)
    assert connections.take() not in (first, second)
    connections.close()


def test_one_that_leads_to_a_moved_file_is_not_used(connections: KeptConnections, path: Path) -> None:
    """A file that was put in the place of another is written to, and the other is not."""
    before = connections.take()
    connections.give_back(before)
    path.rename(path.with_name("aside"))
    path.touch()
    after = connections.take()
    assert (after is before, after.file) == (False, (path.stat().st_dev, path.stat().st_ino))
    connections.close()


def test_a_few_wait_and_some_more_may_be_in_use(
    connections: KeptConnections, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In use are 15 at most, whoever wants one more hears that it is too much; 5 of them are kept."""
    monkeypatch.setattr(engine_module, "WAIT_SECONDS", 0)
    some = KeptConnections(open_engine(f"sqlite:///{path}", durable=False))
    used = [some.take() for _ in range(15)]
    with pytest.raises(PoolTimeout):
        some.take()
    for each in used:
        some.give_back(each)
    again = [some.take() for _ in range(15)]
    assert len({id(each) for each in used} & {id(each) for each in again}) == 5
    some.close()


@pytest.mark.needs("initdb", "pg_ctl")
def test_one_that_hangs_is_cut(empty_postgresql: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits too long on a connection gets an error; one that is only kept stays good."""
    monkeypatch.setattr(kept_module, "WAIT_SECONDS", 0.1)
    engine = open_engine(str(empty_postgresql.url), durable=False)
    connections = KeptConnections(engine)
    hanging, waiting = connections.take(), connections.take()
    connections.give_back(waiting)
    with pytest.raises(engine.dialect.loaded_dbapi.OperationalError, match="connection"):
        hanging.driver.cursor().execute("SELECT pg_sleep(60)")
    assert waiting.driver.execute("SELECT 1").fetchone() == (1,)
    connections.give_up(hanging)
    connections.close()
