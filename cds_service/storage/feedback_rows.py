"""Feedback on disk: one row for each outcome of a card, however often it is reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from cds_service.storage.tables import feedback, issued_card

Row = dict[str, Any]


def store_feedback(engine: Engine, rows: Sequence[Row]) -> int:
    """Write rows of ``feedback`` in one transaction; a row that is there already stays as it is (CH-164).

    All rows are of one caller and one service. When this returns they are on disk. Returns how many of the
    cards are not known as issued to this caller by this service. Raises what the driver raises.
    """
    if not rows:
        return 0
    insert = (postgresql if engine.dialect.name == "postgresql" else sqlite).insert
    with engine.begin() as connection:
        connection.execute(insert(feedback).on_conflict_do_nothing(), list(rows))
        return _unknown(connection, rows)


def _unknown(connection: Connection, rows: Sequence[Row]) -> int:
    cards = {row["card"] for row in rows}
    first = rows[0]
    issued = select(issued_card.c.uuid).where(
        issued_card.c.uuid.in_(cards),
        *(issued_card.c[name] == first[name] for name in ("issuer", "tenant", "service")),
    )
    return len(cards) - len(connection.execute(issued).all())


def feedback_row(
    *,
    issuer: str,
    tenant: str,
    service: str,
    card: str,
    outcome: str,
    accepted_suggestions: Sequence[str],
    reason: tuple[str, str],
    comment: str | None,
    outcome_at: datetime,
    received_at: datetime,
) -> Row:
    """Make one row; ``reason`` is system and code, both empty when no reason was given."""
    return {
        "issuer": issuer,
        "tenant": tenant,
        "service": service,
        "card": card,
        "outcome": outcome,
        "accepted_suggestions": list(accepted_suggestions),
        "reason_system": reason[0],
        "reason_code": reason[1],
        "comment": comment,
        "outcome_at": outcome_at,
        "received_at": received_at,
    }
