"""Every table. A change here needs a migration beside it; a test compares the two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_uq",
        "ix": "%(table_name)s_%(column_0_N_name)s_ix",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """A moment with its zone: goes in with any zone, comes back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], object] | None:
        """What writes a moment down for a database; SQLite has moments as text, without a zone."""
        return _as_text() if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Turn any zone into UTC; a moment without a zone is refused."""
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Give the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _as_text() -> Callable[[datetime | None], str | None]:
    """Make what writes moments as SQLAlchemy does for SQLite, at a tenth of the cost: those of one second
    share all but their last six digits."""
    # The second of the moment written last. Several threads write moments: it is replaced as a whole.
    latest = (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), "")

    def text(value: datetime | None) -> str | None:
        nonlocal latest
        if value is None:
            return None
        moment = _in_utc(value)
        first, last, shared = latest
        if not first <= moment <= last:
            first, last = moment.replace(microsecond=0), moment.replace(microsecond=999_999)
            shared = first.replace(tzinfo=None).isoformat(" ") + "."
            latest = first, last, shared
        return shared + str(moment.microsecond).zfill(6)

    return text


def _id() -> Column[Any]:
    # SQLite counts up by itself for INTEGER only.
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


# The caller of a row: its registered issuer and the tenant it named. Both are "" without authentication, so
# that a unique key counts them.
def _caller() -> tuple[Column[Any], Column[Any]]:
    return (
        Column("issuer", String(255), nullable=False, server_default=""),
        Column("tenant", String(255), nullable=False, server_default=""),
    )


spent_token = Table(
    "spent_token",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("jti", String(255), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),  # seconds since 1970
    sqlite_with_rowid=False,
)
"""Tokens that were used: the key makes each usable once, for all workers.

A caller waits for its row, so that there is nothing beside the key: no index, and in SQLite no other copy
of the row. What has expired is found by looking at all rows, once a minute; a sixth of them has.
"""

issued_card = Table(
    "issued_card",
    metadata,
    Column("uuid", String(64), primary_key=True),
    *_caller(),
    Column("service", String(100), nullable=False),
    Column("indicator", String(20), nullable=False),
    Column("rules", JSON, nullable=False),  # rule ids, a list of strings
    Column("model_version", String(50), nullable=False),
    Column("issued_at", UtcTime, nullable=False),
    Index(None, "issued_at"),
)
"""Cards that were answered, without a word of their text."""

feedback = Table(
    "feedback",
    metadata,
    _id(),
    *_caller(),
    Column("service", String(100), nullable=False),
    Column("card", String(64), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("accepted_suggestions", JSON, nullable=False),  # suggestion uuids, a list of strings
    Column("reason_system", String(255), nullable=False, server_default=""),
    Column("reason_code", String(100), nullable=False, server_default=""),
    Column("comment", Text),
    Column("outcome_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    UniqueConstraint("issuer", "tenant", "service", "card", "outcome", "outcome_at"),
    Index(None, "card"),
    Index(None, "received_at"),
)
"""What became of a card (CH-155 to CH-165). The same report of it twice is one row."""

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("recorded_at", UtcTime, nullable=False),
    Column("event", String(30), nullable=False),  # hook-call, refused-call, fhir-read
    Column("outcome", String(2), nullable=False),  # FHIR AuditEvent.outcome: 0, 4, 8 or 12
    *_caller(),
    Column("jti", String(255), nullable=False, server_default=""),
    Column("request_id", String(36), nullable=False),
    Column("detail", JSON, nullable=False),  # the members of one kind of event; see observe/audit.py
    Index(None, "recorded_at"),
)
"""Who did what, when, about which patient and report. Append-only: the database refuses anything else."""
