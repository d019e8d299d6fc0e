"""Rows -> a table, many with one statement.

SQLAlchemy knows the words of the statement and how each type is written in each database. What it does again
for every row and every value would cost more than the database itself, so that it is asked once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Column, Dialect, Table, insert

Row = tuple[Any, ...]
"""The values of one row, in the order of ``columns_of`` its table."""

ROWS_AT_ONCE = (64, 32, 16, 8, 4, 2, 1)
"""Rows of one statement. An SQLite of any build takes 999 values in one; a driver keeps each statement that
it was given, and one for every number of rows would fill its memory."""


def columns_of(table: Table) -> list[Column[Any]]:
    """The columns that a row has a value for: all but a key that the database counts up by itself."""
    return [column for column in table.columns if column is not table.autoincrement_column]


def by_place(dialect: Dialect) -> Dialect:
    """The same database, spoken to with values by their place, also where its driver prefers names."""
    made: Any = type(dialect)
    placing: Dialect = made(paramstyle="qmark" if dialect.paramstyle == "qmark" else "format")
    return placing


class Insertion:
    """How rows are written into one table of one database."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        columns = columns_of(table)
        self._written = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
        # A name could stand once in a statement, a place for values many times.
        names = [column.name for column in columns]
        one = str(insert(table).inline().compile(dialect=by_place(dialect), column_keys=names))
        _, _, one_row = one.rpartition(" VALUES ")
        self._statements = [(count, one + f", {one_row}" * (count - 1)) for count in ROWS_AT_ONCE]

    def statements(self, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
        """The statements that write ``rows``, each with its values as the driver takes them.

        Raises whatever comes of a value that cannot be written.
        """
        values = self._ready(rows)
        begin = 0
        for count, text in self._statements:
            size = count * len(self._written)
            while len(values) - begin >= size:
                yield text, values[begin : begin + size]
                begin += size

    def _ready(self, rows: Sequence[Row]) -> Row:
        # Column by column: that is one call for many values.
        columns = zip(zip(*rows, strict=True), self._written, strict=True)
        ready = [column if written is None else map(written, column) for column, written in columns]
        return tuple(chain.from_iterable(zip(*ready, strict=True)))
