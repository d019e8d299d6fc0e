"""The database goes away and comes back while sign-offs and feedback arrive.

Sign-offs are answered as ever. Feedback is acknowledged when it is on disk, and refused while it cannot be.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cds_service.storage import open_engine, upgrade
from tests.load.conftest import Say
from tests.load.driving import percentile
from tests.load.storage_fault import live_through
from tests.postgresql import Postgresql, own_postgresql

pytestmark = pytest.mark.deep


@dataclass
class Database:
    """A database that can be taken away."""

    url: str
    take_away: Callable[[], None]
    give_back: Callable[[], object]
    held: list[sqlite3.Connection] = field(default_factory=list)


def sqlite_moved(folder: Path) -> Database:
    """A file that somebody moves, with its companions."""
    home, elsewhere = folder / "data", folder / "elsewhere"
    home.mkdir()
    return Database(
        f"sqlite:///{home / 'cds.sqlite3'}",
        lambda: home.rename(elsewhere),
        lambda: elsewhere.rename(home),
    )


def sqlite_deleted(folder: Path) -> Database:
    """Files that are gone from their folder; then a single one lies there again, as a backup has it."""
    home, copy = folder / "data", folder / "copy"
    home.mkdir()
    copy.mkdir()

    def delete() -> None:
        for path in sorted(home.iterdir()):
            path.rename(copy / path.name)

    def restore() -> None:
        connection = sqlite3.connect(copy / "cds.sqlite3", timeout=30)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        (copy / "cds.sqlite3").rename(home / "cds.sqlite3")

    return Database(f"sqlite:///{home / 'cds.sqlite3'}", delete, restore)


def sqlite_locked(folder: Path) -> Database:
    """A file that another program has locked."""
    path = folder / "cds.sqlite3"
    database = Database(f"sqlite:///{path}", lambda: None, lambda: None)

    def lock() -> None:
        connection = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        connection.execute("BEGIN IMMEDIATE")
        database.held.append(connection)

    database.take_away = lock
    database.give_back = lambda: database.held.pop().close()
    return database


def postgresql_stopped(server: Postgresql) -> Database:
    """A server that is stopped and started."""
    return Database(server.url, server.stop, server.start)


def postgresql_frozen(server: Postgresql) -> Database:
    """A server that keeps its connections and answers nothing any more."""

    def tell(how: signal.Signals) -> None:
        for pid in server.processes():
            os.kill(pid, how)

    return Database(server.url, lambda: tell(signal.SIGSTOP), lambda: tell(signal.SIGCONT))


KINDS: dict[str, Callable[[Path], Database] | Callable[[Postgresql], Database]] = {
    "sqlite moved": sqlite_moved,
    "sqlite deleted": sqlite_deleted,
    "sqlite locked": sqlite_locked,
    "postgresql stopped": postgresql_stopped,
    "postgresql frozen": postgresql_frozen,
}


@pytest.fixture(
    params=[
        pytest.param(
            kind, marks=[pytest.mark.needs("initdb", "pg_ctl")] if kind.startswith("postgresql") else []
        )
        for kind in KINDS
    ]
)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Each kind of trouble in turn."""
    make = KINDS[request.param]
    if request.param.startswith("sqlite"):
        yield make(tmp_path)  # type: ignore[arg-type]
        return
    with own_postgresql() as server:
        engine = open_engine(server.url)
        upgrade(engine)
        engine.dispose()
        made: Database = make(server)  # type: ignore[arg-type]
        yield made
        made.give_back()


def test_the_database_goes_away_and_comes_back(database: Database, tmp_path: Path, say: Say) -> None:
    """Every sign-off is answered 200 and most of them at once. Feedback is answered 200 or 503; what was
    answered 200 is in the database, and so is every card that was issued, once the database is back."""
    lived = live_through(database.take_away, database.give_back, tmp_path, say, database.url)
    assert lived.writer == ["rows-waiting", "rows-written"] * (len(lived.writer) // 2)
    assert percentile([each.seconds for each in lived.during if each.call.kind == "good"], 90) < 1
