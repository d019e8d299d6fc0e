"""Spent tokens by their key alone: each costs one page of an SQLite file, where it cost three."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Drop the index on ``expires_at``; in SQLite keep the rows in the primary key itself.

    Tokens that were spent before stay spent.
    """
    op.drop_index("spent_token_expires_at_ix", "spent_token")
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_table(
        "spent_token_without_rowid",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("jti", sa.String(255), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "jti", name="spent_token_pk"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO spent_token_without_rowid (issuer, jti, expires_at) "
        "SELECT issuer, jti, expires_at FROM spent_token"
    )
    op.drop_table("spent_token")
    op.rename_table("spent_token_without_rowid", "spent_token")
