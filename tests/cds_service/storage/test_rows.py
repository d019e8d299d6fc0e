from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text

from cds_service.storage import audit, issued_card, open_engine
from cds_service.storage.rows import ROWS_AT_ONCE, Insertion, Row


def _card(number: int, **other: Any) -> dict[str, Any]:
    return {
        "uuid": f"{number:04}",
        "issuer": "https://ehr.example.org",
        "tenant": "",
        "service": "s",
        "indicator": "info",
        "rules": ["R-1", "é%s"],
        "model_version": "1",
        "issued_at": datetime(2026, 5, 4, 12, 0, number % 60, tzinfo=UTC),
    } | other


def _write(database: Engine, rows: Sequence[Row]) -> int:
    statements = list(Insertion(issued_card, database.dialect).statements(rows))
    with database.begin() as connection:
        for statement, values in statements:
            connection.exec_driver_sql(statement, values)
    return len(statements)


@pytest.mark.parametrize("count", [1, 3, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 2])
def test_every_row_arrives_as_it_was_given(database: Engine, count: int) -> None:
    """One row, a few, a statement full of them and more than fit into one are read back as they went in."""
    rows = [_card(number) for number in range(count)]
    assert _write(database, rows) == -(-count // ROWS_AT_ONCE)
    with database.connect() as connection:
        found = connection.execute(select(issued_card).order_by(issued_card.c.uuid))
        assert [dict(each) for each in found.mappings()] == rows


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 5, 4, 12, tzinfo=UTC),
        datetime(2026, 5, 4, 12, 0, 0, 7, tzinfo=UTC),
        datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))),
        datetime(33, 5, 4, tzinfo=UTC),
    ],
)
def test_a_row_is_written_to_the_letter_as_sqlalchemy_writes_it(database: Engine, moment: datetime) -> None:
    """What stands in the database is the same whichever way a row took, so that nobody need know of two."""
    _write(database, [_card(1, issued_at=moment)])
    with database.begin() as connection:
        connection.execute(insert(issued_card), [_card(2, issued_at=moment)])
        columns = ", ".join(f"CAST({name} AS TEXT)" for name in _card(1) if name != "uuid")
        one, other = connection.execute(text(f"SELECT {columns} FROM issued_card")).all()  # noqa: S608
    assert one == other


def test_a_moment_in_sqlite_is_written_in_full() -> None:
    """A moment is text of one length, with microseconds, so that its order is that of time."""
    row: dict[str, Any] = {column.name: "" for column in audit.columns if column.name != "id"}
    row |= {"recorded_at": datetime(2026, 5, 4, 12, tzinfo=UTC), "detail": {}}
    ((_, values),) = Insertion(audit, open_engine("sqlite://").dialect).statements([row])
    assert values[0][0] == "2026-05-04 12:00:00.000000"
