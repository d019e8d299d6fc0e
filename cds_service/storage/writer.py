"""Writer: rows that an answer does not wait for, written behind it in batches.

A hook call hands its rows over and goes on. Whatever happens to the database, the answer stays the same;
rows that cannot be written wait until it is back, as many as the queue holds. What is lost is counted and
said in the log.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path

import orjson
from sqlalchemy import Engine, Table, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cds_service.errors import SettingsRefused
from cds_service.storage.engine import DATABASE_ERRORS
from cds_service.storage.migrate import prepare
from cds_service.storage.rows import Insertion, Row, columns_of

# Rows that come within this time travel together, so that each takes little from the answers.
COLLECT_SECONDS = 0.2
MOST_ROWS = 1000
MOST_WAITING = 20_000
CLOSE_SECONDS = 5.0
RETRY_SECONDS = 1.0

# The database is away, locked, full or not ready yet: the same rows can be written later.
AWAY = (OperationalError, InterfaceError, PoolTimeout, OSError, SettingsRefused)

Note = Callable[[str, int], None]


class Writer:
    """The background writer of this process.

    ``note`` is told an event and a number of rows, once for each trouble: ``rows-waiting`` when the database
    is away, ``rows-written`` when it is back, ``rows-lost`` when it would not take them or too many waited,
    ``sink-failed`` when the JSON-lines file would not. ``sinks`` names the file that rows of a table also go
    to, one JSON object a line. The thread starts with the first row, so that a process that forks before it
    answers has none.
    """

    def __init__(self, engine: Engine, note: Note, sinks: Mapping[str, Path] | None = None) -> None:
        self.lost = 0
        self._is_away = False
        self._is_full = False
        self._engine = engine
        self._note = note
        self._sinks = dict(sinks or {})
        # An event among the rows is set when those before it were written or lost.
        self._waiting: deque[tuple[Table, Row] | threading.Event] = deque()
        self._is_prepared = False
        self._thread: threading.Thread | None = None
        self._at_exit: Finalize | None = None
        self._closing = threading.Event()
        # Somebody waits for the rows: no more are collected.
        self._hurry = threading.Event()
        self._start = threading.Lock()
        self._insertion = cache(lambda table: Insertion(table, engine.dialect))

    def put(self, table: Table, *rows: Row) -> None:
        """Hand over rows of one table, their values in the order of its columns; returns at once."""
        if len(self._waiting) >= MOST_WAITING:
            self.lost += len(rows)
            if not self._is_full:
                self._is_full = True
                self._note("rows-lost", len(rows))
            return
        for row in rows:
            self._waiting.append((table, row))
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                    self._thread.start()
                    # Also runs in a forked worker, where atexit does not.
                    self._at_exit = Finalize(None, self.close, exitpriority=0)

    def waiting(self) -> int:
        """How many rows are not written yet, about."""
        return len(self._waiting)

    def flush(self, seconds: float = CLOSE_SECONDS) -> None:
        """Wait until every row handed over so far was written or lost, but not for ever."""
        if self._thread is not None:
            self._send_for().wait(seconds)

    def close(self) -> None:
        """Write what waits and stop."""
        self._closing.set()
        if self._thread is not None:
            self._send_for()
            self._thread.join(CLOSE_SECONDS)
        if self._at_exit is not None:
            self._at_exit.cancel()

    def _send_for(self) -> threading.Event:
        """Have what waits written now; the event is set when it was written or lost."""
        done = threading.Event()
        self._waiting.append(done)
        self._hurry.set()
        return done

    def _run(self) -> None:
        while not (self._closing.is_set() and not self._waiting):
            # Nobody who answers has to wake this thread: it looks by itself.
            if len(self._waiting) < MOST_ROWS:
                self._hurry.wait(COLLECT_SECONDS)
                self._hurry.clear()
            rows, awaited = self._next_batch()
            try:
                if rows:
                    self._write(rows)
            finally:
                for event in awaited:
                    event.set()

    def _next_batch(self) -> tuple[dict[Table, list[Row]], list[threading.Event]]:
        rows: dict[Table, list[Row]] = {}
        awaited: list[threading.Event] = []
        for _ in range(min(len(self._waiting), MOST_ROWS)):
            item = self._waiting.popleft()
            if isinstance(item, threading.Event):
                awaited.append(item)
            else:
                table, row = item
                rows.setdefault(table, []).append(row)
        return rows, awaited

    def _write(self, rows: Mapping[Table, list[Row]]) -> None:
        count = sum(map(len, rows.values()))
        for table, several in rows.items():
            self._write_lines(table, several)
        while True:
            try:
                self._insert(rows)
            except AWAY:
                if not self._is_away:
                    self._is_away = True
                    self._note("rows-waiting", count)
                if self._closing.wait(RETRY_SECONDS):
                    self._lose(count)
                    return
            except Exception:
                # One row of the batch is no good; the others have nothing to do with it.
                self._insert_singly(rows)
                return
            else:
                if self._is_away:
                    self._note("rows-written", count)
                self._is_away = self._is_full = False
                return

    def _insert(self, rows: Mapping[Table, list[Row]]) -> None:
        if not self._is_prepared:
            prepare(self._engine)
            self._is_prepared = True
        # The database is not kept locked while values are made ready.
        ready = [
            statement
            for table, several in rows.items()
            for statement in self._insertion(table).statements(several)
        ]
        with self._engine.begin() as connection:
            for text, values in ready:
                connection.exec_driver_sql(text, values)

    def _insert_singly(self, rows: Mapping[Table, Sequence[Row]]) -> None:
        lost = 0
        for table, several in rows.items():
            for row in several:
                try:
                    self._insert({table: [row]})
                except Exception:
                    lost += not self._is_there(table, row)
        if lost:
            self._lose(lost)

    def _is_there(self, table: Table, row: Row) -> bool:
        """Say whether a row was written by an attempt whose answer did not come."""
        given = dict(zip(columns_of(table), row, strict=False))
        key = list(table.primary_key)
        if any(column not in given for column in key):
            return False
        try:
            with self._engine.connect() as connection:
                asked = select(table).where(*(column == given[column] for column in key))
                return connection.execute(asked).first() is not None
        except DATABASE_ERRORS:
            return False

    def _write_lines(self, table: Table, rows: Sequence[Row]) -> None:
        path = self._sinks.get(table.name)
        if path is None:
            return
        names = [str(column.name) for column in columns_of(table)]
        try:
            with path.open("ab") as lines:
                lines.write(b"".join(_line(names, row) for row in rows))
        except (OSError, orjson.JSONEncodeError):
            self._note("sink-failed", len(rows))

    def _lose(self, rows: int) -> None:
        self.lost += rows
        self._note("rows-lost", rows)


def _line(names: Sequence[str], row: Row) -> bytes:
    return orjson.dumps(dict(zip(names, row, strict=False)), option=orjson.OPT_APPEND_NEWLINE)
