from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select

from cds_service.storage import audit, issued_card, open_engine
from cds_service.storage import writer as writer_module
from cds_service.storage.rows import Row
from cds_service.storage.writer import Writer

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def _row(recorded_at: datetime = NOON, request_id: str | None = "1") -> Row:
    return (recorded_at, "hook-call", "0", "", "", "", request_id, {"service": "s"})


ROW = _row()


def test_rows_are_written_behind_the_caller(tmp_path: Path) -> None:
    """Rows handed over arrive in the table and, line by line, in the file of that table."""
    engine = open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    writer = Writer(engine, lambda *_: None, {"audit": tmp_path / "audit.jsonl"})
    for _ in range(1000):
        writer.put(audit, ROW)
    writer.flush()
    writer.close()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar_one() == 1000
    lines = [orjson.loads(line) for line in (tmp_path / "audit.jsonl").read_bytes().splitlines()]
    named = {"recorded_at": "2026-05-04T12:00:00+00:00", "event": "hook-call", "outcome": "0", "issuer": ""}
    named |= {"tenant": "", "jti": "", "request_id": "1", "detail": {"service": "s"}}
    assert lines == [named] * 1000


def test_who_waits_for_rows_does_not_wait_for_more_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are collected for a while, but not while somebody flushes or closes: then they are written."""
    monkeypatch.setattr(writer_module, "COLLECT_SECONDS", 3600)
    engine = open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    writer = Writer(engine, lambda *_: None)
    counted = []
    for finish in (writer.flush, writer.close):
        writer.put(audit, ROW)
        finish()
        with engine.connect() as connection:
            counted.append(connection.execute(select(func.count()).select_from(audit)).scalar_one())
    assert counted == [1, 2]


def test_a_row_that_cannot_be_written_down_is_lost_alone(tmp_path: Path) -> None:
    """A moment without a zone is no moment: its row is lost, counted and noted, and the writer goes on."""
    notes: list[tuple[str, int]] = []
    engine = open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    writer = Writer(engine, lambda event, rows: notes.append((event, rows)))
    for row in (ROW, _row(recorded_at=datetime(2026, 5, 4)), ROW):  # noqa: DTZ001
        writer.put(audit, row)
    writer.flush()
    writer.put(audit, ROW)
    writer.close()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar_one() == 3
    assert (notes, writer.lost) == ([("rows-lost", 1)], 1)


def test_a_database_that_is_away_is_said_and_changes_nothing(tmp_path: Path) -> None:
    """Rows that cannot be written until the end are counted and noted once; the file still gets them."""
    notes: list[tuple[str, int]] = []
    engine = open_engine(f"sqlite:///{tmp_path / 'no' / 'such.sqlite3'}")
    writer = Writer(engine, lambda event, rows: notes.append((event, rows)), {"audit": tmp_path / "a.jsonl"})
    writer.put(audit, ROW)
    writer.flush(0.3)
    writer.close()
    assert (notes, writer.lost) == ([("rows-waiting", 1), ("rows-lost", 1)], 1)
    assert len((tmp_path / "a.jsonl").read_bytes().splitlines()) == 1


def test_a_full_queue_loses_rows_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller never waits: what does not fit is lost, counted and noted."""
    monkeypatch.setattr(writer_module, "MOST_WAITING", 1)
    notes: list[tuple[str, int]] = []
    writer = Writer(open_engine("sqlite://"), lambda event, rows: notes.append((event, rows)))
    writer._thread = object()  # type: ignore[assignment]
    writer.put(audit, ROW)
    writer.put(audit, ROW)
    assert (notes, writer.waiting()) == ([("rows-lost", 1)], 1)


def test_a_file_that_cannot_be_written_does_not_stop_the_table(tmp_path: Path) -> None:
    """The JSON-lines file is the second place: its failure is noted and the rows are in the table."""
    notes: list[tuple[str, int]] = []
    engine = open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    writer = Writer(engine, lambda event, rows: notes.append((event, rows)), {"audit": tmp_path})
    writer.put(audit, ROW)
    writer.flush()
    writer.close()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar_one() == 1
    assert notes == [("sink-failed", 1)]


def test_a_row_that_is_no_json_stops_neither_the_file_nor_the_table(tmp_path: Path) -> None:
    """What cannot be written as JSON is lost alone; the writer lives on and later rows reach both places."""
    notes: list[tuple[str, int]] = []
    engine = open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    writer = Writer(engine, lambda event, rows: notes.append((event, rows)), {"audit": tmp_path / "a.jsonl"})
    writer.put(audit, (*ROW[:-1], {"service": object()}))
    writer.flush()
    writer.put(audit, ROW)
    writer.close()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar_one() == 1
    assert len((tmp_path / "a.jsonl").read_bytes().splitlines()) == 1
    assert notes == [("sink-failed", 1), ("rows-lost", 1)]


def test_nothing_runs_before_the_first_row(tmp_path: Path) -> None:
    """A process that only looks at its settings starts no thread and makes no file."""
    writer = Writer(open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}"), lambda *_: None)
    writer.flush()
    writer.close()
    assert list(tmp_path.iterdir()) == []


def test_rows_wait_for_a_database_that_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database is away rows wait; when it is back they are all there, and both were said once."""
    monkeypatch.setattr(writer_module, "RETRY_SECONDS", 0.05)
    notes: list[tuple[str, int]] = []
    folder = tmp_path / "later"
    engine = open_engine(f"sqlite:///{folder / 'cds.sqlite3'}")
    writer = Writer(engine, lambda event, rows: notes.append((event, rows)))
    for _ in range(10):
        writer.put(audit, ROW)
    writer.flush(0.5)
    folder.mkdir()
    writer.flush()
    writer.close()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar_one() == 10
    assert ([event for event, _ in notes], writer.lost) == (["rows-waiting", "rows-written"], 0)


def test_a_row_that_no_database_takes_is_lost_alone(tmp_path: Path) -> None:
    """A row that breaks a key is lost, counted and noted; the rows beside it are written."""
    notes: list[tuple[str, int]] = []
    engine = open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    writer = Writer(engine, lambda event, rows: notes.append((event, rows)))
    for row in (ROW, _row(request_id=None), ROW):
        writer.put(audit, row)
    writer.flush()
    writer.close()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar_one() == 2
    assert (notes, writer.lost) == ([("rows-lost", 1)], 1)


def test_a_card_that_is_there_already_is_not_lost(tmp_path: Path) -> None:
    """When the database took rows and could not say so, they are written once and count as written."""
    notes: list[tuple[str, int]] = []
    engine = open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    writer = Writer(engine, lambda event, rows: notes.append((event, rows)))
    row = ("1", "", "", "s", "info", (), "1", NOON)
    for _ in range(2):
        writer.put(issued_card, row)
        writer.flush()
    writer.close()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(issued_card)).scalar_one() == 1
    assert (notes, writer.lost) == ([], 0)
