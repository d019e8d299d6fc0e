"""Writer: rows that an answer does not wait for, written behind it in batches.

A hook call hands its rows over and goes on. Whatever happens to the database, the answer stays the same;
rows that could not be written are counted and said in the log.
"""

from __future__ import annotations

import atexit
import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, Table, insert

from cds_service.errors import SettingsRefused
from cds_service.storage.engine import DATABASE_ERRORS
from cds_service.storage.migrate import prepare

BATCH_SECONDS = 0.2
MOST_ROWS = 500
MOST_WAITING = 20_000
CLOSE_SECONDS = 5.0

Row = Mapping[str, Any]
Note = Callable[[str, int], None]


class Writer:
    """The background writer of this process.

    ``note`` is told an event and a number of rows: ``rows-lost`` when the database would not take them or
    too many
    waited, ``sink-failed`` when the JSON-lines file would not. ``sinks`` names the file that rows of a
    table also go to, one JSON object a line. The thread starts with the first row, so that a process that
    forks
    before it answers has none.
    """

    def __init__(self, engine: Engine, note: Note, sinks: Mapping[str, Path] | None = None) -> None:
        self.lost = 0
        self._engine = engine
        self._note = note
        self._sinks = dict(sinks or {})
        self._queue: queue.Queue[tuple[Table, Row]] = queue.Queue(MOST_WAITING)
        self._is_prepared = False
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._start = threading.Lock()

    def put(self, table: Table, row: Row) -> None:
        """Hand over one row; returns at once."""
        try:
            self._queue.put_nowait((table, row))
        except queue.Full:
            self._lose(1)
            return
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                    self._thread.start()
                    atexit.register(self.close)

    def waiting(self) -> int:
        """How many rows are not written yet, about."""
        return self._queue.qsize()

    def flush(self) -> None:
        """Wait until every row handed over so far was written or lost."""
        if self._thread is not None:
            self._queue.join()

    def close(self) -> None:
        """Write what waits and stop."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)
        atexit.unregister(self.close)

    def _run(self) -> None:
        while True:
            batch = self._next_batch()
            if batch:
                try:
                    self._write(batch)
                finally:
                    for _ in batch:
                        self._queue.task_done()
            elif self._closing.is_set():
                return

    def _next_batch(self) -> list[tuple[Table, Row]]:
        try:
            batch = [self._queue.get(timeout=BATCH_SECONDS)]
        except queue.Empty:
            return []
        # The rows of one burst travel together; nobody waits for them.
        self._closing.wait(BATCH_SECONDS / 4)
        while len(batch) < MOST_ROWS:
            try:
                batch.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return batch

    def _write(self, batch: list[tuple[Table, Row]]) -> None:
        rows: dict[Table, list[Row]] = {}
        for table, row in batch:
            rows.setdefault(table, []).append(row)
        for table, several in rows.items():
            self._write_lines(table, several)
        try:
            if not self._is_prepared:
                prepare(self._engine)
                self._is_prepared = True
            with self._engine.begin() as connection:
                for table, several in rows.items():
                    connection.execute(insert(table), several)
        except (*DATABASE_ERRORS, SettingsRefused):
            self._lose(len(batch))

    def _write_lines(self, table: Table, rows: list[Row]) -> None:
        path = self._sinks.get(table.name)
        if path is None:
            return
        try:
            with path.open("ab") as lines:
                lines.write(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
        except OSError:
            self._note("sink-failed", len(rows))

    def _lose(self, rows: int) -> None:
        self.lost += rows
        self._note("rows-lost", rows)
