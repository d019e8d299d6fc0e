"""Rows -> a table, many with one statement.

SQLAlchemy knows the words of the statement and how each type is written in each database. What it does again
for every row and every value would cost more than the database itself, so that it is asked once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table, insert

Row = Mapping[str, Any]
Values = tuple[Any, ...]

ROWS_AT_ONCE = 50
"""Rows of one statement: an SQLite of any build takes 999 values in one. What is left over goes row by row:
a driver keeps each statement that it was given, and one for every number of rows would fill its memory."""


def by_place(dialect: Dialect) -> Dialect:
    """The same database, spoken to with values by their place, also where its driver prefers names."""
    made: Any = type(dialect)
    placing: Dialect = made(paramstyle="qmark" if dialect.paramstyle == "qmark" else "format")
    return placing


class Insertion:
    """How rows are written into one table of one database.

    A row has a value for every column but for a key that the database counts up by itself.
    """

    def __init__(self, table: Table, dialect: Dialect) -> None:
        columns = [column for column in table.columns if column is not table.autoincrement_column]
        names = [column.name for column in columns]
        self._values_of = itemgetter(*names)
        processors = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
        self._written = [(place, each) for place, each in enumerate(processors) if each is not None]
        # A name could stand once in a statement, a place for values many times.
        self._one = str(insert(table).inline().compile(dialect=by_place(dialect), column_keys=names))
        _, _, one_row = self._one.rpartition(" VALUES ")
        self._many = self._one + f", {one_row}" * (ROWS_AT_ONCE - 1)

    def statements(self, rows: Sequence[Row]) -> Iterator[tuple[str, Values | list[Values]]]:
        """The statements that write ``rows``, each with its values as the driver takes them.

        Raises whatever comes of a value that cannot be written.
        """
        together = len(rows) - len(rows) % ROWS_AT_ONCE
        for start in range(0, together, ROWS_AT_ONCE):
            values: list[Any] = []
            for row in rows[start : start + ROWS_AT_ONCE]:
                values += self._ready(row)
            yield self._many, tuple(values)
        if together < len(rows):
            yield self._one, [tuple(self._ready(row)) for row in rows[together:]]

    def _ready(self, row: Row) -> list[Any]:
        ready = list(self._values_of(row))
        for place, written in self._written:
            ready[place] = written(ready[place])
        return ready
