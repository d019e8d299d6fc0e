"""The way to the database: an SQLite file by default, PostgreSQL by URL."""

from __future__ import annotations

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from cds_service.errors import SettingsRefused
from cds_service.storage.held import cut_when_held
from cds_service.storage.one_file import keep_to_one_file

# Rows of a batch are written, or one feedback, in so many seconds, or the database hangs.
HELD_SECONDS = 3
# What a caller has to expect when the database is down, slow, full or locked.
DATABASE_ERRORS = (SQLAlchemyError, OSError)

POOL_SIZE = 5
POOL_OVERFLOW = 10
# Seconds. A hook call waits for the database no longer than this.
WAIT_SECONDS = 2
CONNECT_SECONDS = 3
# A command that a person or a job has started waits so long for a lock or a connection, and for its
# statements as long as they take: a migration or a purge of a year may take minutes.
PATIENT_SECONDS = 30

_DURABLE = ("synchronous=FULL",)
# To bring pages from SQLite's log into its file takes some milliseconds, and whoever commits the page that
# makes too many has to do it. The writer does, which nobody waits for, from the thousandth page on: that is
# what SQLite itself proposes. A caller does when ten times as many are there, because the writer never had a
# moment without others.
_QUICK = ("synchronous=NORMAL", "wal_autocheckpoint=10000")


def database_url(text: str) -> URL:
    """Read an SQLAlchemy URL; ``postgresql:`` without a driver means psycopg.

    Raises SettingsRefused for anything that is neither SQLite nor PostgreSQL, without repeating the
    address, because it may hold a password.
    """
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError):
        backend = ""
    if backend == "sqlite":
        return url
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise SettingsRefused(
        ["CALCIFICATION_CDS_DATABASE_URL: must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"]
    )


def open_engine(text: str, *, durable: bool = True, patient: bool = False) -> Engine:
    """Open the database at an SQLAlchemy URL; nothing is connected before the first use.

    ``durable``: a commit is on disk when it returns, also if the power fails then. Without it, a commit
    survives the death of the process alone, at a fraction of the cost: enough for replay records, which live
    for minutes. Each statement then commits by itself, and whoever keeps a connection watches over it: see
    ``storage.kept``.
    ``patient``: for commands, which nobody waits for with a report in front of them.
    """
    url = database_url(text)
    wait = PATIENT_SECONDS if patient else WAIT_SECONDS
    commits = {} if durable else {"isolation_level": "AUTOCOMMIT"}
    if url.get_backend_name() == "sqlite":
        in_memory = url.database in (None, "", ":memory:")
        engine = (
            create_engine(url, json_serializer=_json, **commits)
            if in_memory
            else create_engine(
                url,
                json_serializer=_json,
                pool_size=POOL_SIZE,
                max_overflow=POOL_OVERFLOW,
                pool_timeout=wait,
                connect_args={"timeout": wait, "check_same_thread": False},
                **commits,
            )
        )
        _tune_sqlite(engine, _DURABLE if durable else _QUICK)
        if not in_memory:
            keep_to_one_file(engine, str(url.database))
        return engine
    limit = f"-c lock_timeout={wait * 1000}" if patient else f"-c statement_timeout={wait * 1000}"
    options = limit + ("" if durable else " -c synchronous_commit=off")
    engine = create_engine(
        url,
        json_serializer=_json,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=wait,
        connect_args={"connect_timeout": wait if patient else CONNECT_SECONDS, "options": options},
        **commits,
    )
    if durable and not patient:
        cut_when_held(engine, HELD_SECONDS)
    return engine


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _tune_sqlite(engine: Engine, settings: tuple[str, ...]) -> None:
    """WAL lets readers and one writer work side by side, in several processes."""

    @event.listens_for(engine, "connect")
    def tune(connection: object, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for statement in ("journal_mode=WAL", "foreign_keys=ON", *settings):
            cursor.execute(f"PRAGMA {statement}")
        cursor.close()
