from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text

from cds_service.storage import audit, issued_card, open_engine
from cds_service.storage.rows import ROWS_AT_ONCE, Insertion, Row, columns_of


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


def _row(named: Mapping[str, Any]) -> Row:
    return tuple(named[column.name] for column in columns_of(issued_card))


def _write(database: Engine, rows: Sequence[Row]) -> int:
    statements = list(Insertion(issued_card, database.dialect).statements(rows))
    with database.begin() as connection:
        for statement, values in statements:
            connection.exec_driver_sql(statement, values)
    return len(statements)


@pytest.mark.parametrize(
    ("count", "statements"), [(1, 1), (3, 2), (63, 6), (64, 1), (2 * max(ROWS_AT_ONCE) + 2, 3)]
)
def test_every_row_arrives_as_it_was_given(database: Engine, count: int, statements: int) -> None:
    """One row, a few, a statement full of them and more than fit into one are read back as they went in."""
    rows = [_card(number) for number in range(count)]
    assert _write(database, [_row(each) for each in rows]) == statements
    with database.connect() as connection:
        found = connection.execute(select(issued_card).order_by(issued_card.c.uuid))
        assert [dict(each) for each in found.mappings()] == rows


@pytest.mark.parametrize("cut", [slice(0, -1), slice(0, 0)])
def test_a_row_of_another_length_is_refused(cut: slice) -> None:
    """A value too few would move all after it into a neighbour's column, or write nothing at all."""
    with pytest.raises(ValueError, match="zip"):
        list(Insertion(issued_card, open_engine("sqlite://").dialect).statements([_row(_card(1))[cut]]))


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
    _write(database, [_row(_card(1, issued_at=moment))])
    with database.begin() as connection:
        connection.execute(insert(issued_card), [_card(2, issued_at=moment)])
        columns = ", ".join(f"CAST({name} AS TEXT)" for name in _card(1) if name != "uuid")
        one, other = connection.execute(text(f"SELECT {columns} FROM issued_card")).all()  # noqa: S608
    assert one == other


def test_a_moment_in_sqlite_is_written_in_full() -> None:
    """A moment is text of one length, with microseconds, so that its order is that of time."""
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    moments = [noon + timedelta(microseconds=each) for each in (0, 999_999, 1_000_000, -1, 7)]
    rows = [(each, "", "", "", "", "", "", {}) for each in moments]
    written = Insertion(audit, open_engine("sqlite://").dialect).statements(rows)
    assert [text for _, values in written for text in values[:: len(columns_of(audit))]] == [
        "2026-05-04 12:00:00.000000",
        "2026-05-04 12:00:00.999999",
        "2026-05-04 12:00:01.000000",
        "2026-05-04 11:59:59.999999",
        "2026-05-04 12:00:00.000007",
    ]
