"""Delete what a site no longer keeps. The audit is append-only and stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, exists

from cds_service.storage.tables import feedback, issued_card, spent_token


def purge(engine: Engine, before: datetime) -> dict[str, int]:
    """Delete feedback, issued cards and spent tokens from before a moment, in one transaction.

    A card stays as long as there is feedback on it, so that what is said about it keeps its rules. Returns
    the number of deleted rows by table. Raises what the driver raises.
    """
    told = exists().where(feedback.c.card == issued_card.c.uuid)
    with engine.begin() as connection:
        return {
            "feedback": connection.execute(delete(feedback).where(feedback.c.received_at < before)).rowcount,
            "issued_card": connection.execute(
                delete(issued_card).where(issued_card.c.issued_at < before, ~told)
            ).rowcount,
            "spent_token": connection.execute(
                delete(spent_token).where(spent_token.c.expires_at < int(before.timestamp()))
            ).rowcount,
        }
