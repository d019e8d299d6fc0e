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
from sqlalchemy import func, select

from cds_service.storage import feedback as feedback_table
from cds_service.storage import issued_card, open_engine, upgrade
from tests.load.calls import alternating, feedback, good
from tests.load.conftest import Say
from tests.load.driving import InBackground, between, percentile, statuses
from tests.postgresql import Postgresql, own_postgresql
from tests.serving import serving

pytestmark = pytest.mark.deep

# Seconds: the fault begins, it ends, all must be well, the end. Feedback is refused for 30 after failures.
FAULT, HEALED, WELL, END = 5.0, 17.0, 50.0, 55.0
RATE = 16.0


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
    """Every sign-off is answered 200. Feedback is answered 200 or 503; what was answered 200 is in the
    database, and so is every card that was issued, once the database is back."""
    count = int(RATE * END / 2)
    with serving(tmp_path, database_url=database.url) as service:
        load = InBackground([service.port], alternating(good(), feedback(count)), RATE, END)
        load.until(FAULT)
        database.take_away()
        load.until(HEALED - 1)
        assert service.is_ready()
        assert service.counted("writer_rows_waiting") > 0
        assert service.counted('breakers_open{partner="feedback-store"') == 1
        load.until(HEALED)
        database.give_back()
        outcomes = load.end()
        assert service.stop() == 0
        events = [line["reason"] for line in service.lines("writer")]
        cards = sum(line.get("cards", 0) for line in service.lines("request"))
    during, after = between(outcomes, FAULT, HEALED), between(outcomes, WELL, END)
    say("during", during, writer=events)
    say("after", after)
    assert set(statuses(outcomes, "good")) == {200}
    assert set(statuses(outcomes, "feedback")) == {200, 503}
    assert set(statuses(after)) == {200}
    assert events == ["rows-waiting", "rows-written"] * (len(events) // 2)
    assert percentile([each.seconds for each in during if each.call.kind == "good"], 90) < 1
    engine = open_engine(database.url)
    with engine.connect() as connection:
        stored = set(connection.execute(select(feedback_table.c.card)).scalars())
        issued = connection.execute(select(func.count()).select_from(issued_card)).scalar_one()
    engine.dispose()
    acknowledged = {each.call.key for each in outcomes if each.call.kind == "feedback" and each.status == 200}
    assert acknowledged <= stored
    assert issued == cards
