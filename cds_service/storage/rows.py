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

ROWS_AT_ONCE = 100
"""Rows of one statement: an SQLite of any build takes 999 values in one."""


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
        # Values go by their place, also where the driver would rather have names: those stand once in a
        # statement.
        made: Any = type(dialect)
        by_place = made(paramstyle="qmark" if dialect.paramstyle == "qmark" else "format")
        text = str(insert(table).inline().compile(dialect=by_place, column_keys=names))
        self._head, self._values, self._one_row = text.rpartition(" VALUES ")

    def statements(self, rows: Sequence[Row]) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """The statements that write ``rows``, each with its values as the driver takes them.

        Raises whatever comes of a value that cannot be written.
        """
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            values: list[Any] = []
            for row in some:
                values += self._ready(row)
            yield self._head + self._values + ", ".join([self._one_row] * len(some)), tuple(values)

    def _ready(self, row: Row) -> list[Any]:
        ready = list(self._values_of(row))
        for place, written in self._written:
            ready[place] = written(ready[place])
        return ready
