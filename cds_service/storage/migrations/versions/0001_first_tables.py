"""First tables: replay records, issued cards, feedback, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cds_service.storage.tables import UtcTime

revision = "0001"
down_revision = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")


def upgrade() -> None:
    """Create them, and make the audit append-only."""
    op.create_table(
        "spent_token",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("jti", sa.String(255), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "jti", name="spent_token_pk"),
    )
    op.create_index("spent_token_expires_at_ix", "spent_token", ["expires_at"])
    op.create_table(
        "issued_card",
        sa.Column("uuid", sa.String(64), nullable=False),
        _text("issuer", 255),
        _text("tenant", 255),
        sa.Column("service", sa.String(100), nullable=False),
        sa.Column("indicator", sa.String(20), nullable=False),
        sa.Column("rules", sa.JSON, nullable=False),
        sa.Column("model_version", sa.String(50), nullable=False),
        sa.Column("issued_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("uuid", name="issued_card_pk"),
    )
    op.create_index("issued_card_issued_at_ix", "issued_card", ["issued_at"])
    op.create_table(
        "feedback",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        _text("issuer", 255),
        _text("tenant", 255),
        sa.Column("service", sa.String(100), nullable=False),
        sa.Column("card", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("accepted_suggestions", sa.JSON, nullable=False),
        _text("reason_system", 255),
        _text("reason_code", 100),
        sa.Column("comment", sa.Text),
        sa.Column("outcome_at", UtcTime, nullable=False),
        sa.Column("received_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="feedback_pk"),
        sa.UniqueConstraint(
            "issuer",
            "tenant",
            "service",
            "card",
            "outcome",
            "outcome_at",
            name="feedback_issuer_tenant_service_card_outcome_outcome_at_uq",
        ),
    )
    op.create_index("feedback_card_ix", "feedback", ["card"])
    op.create_index("feedback_received_at_ix", "feedback", ["received_at"])
    op.create_table(
        "audit",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("recorded_at", UtcTime, nullable=False),
        sa.Column("event", sa.String(30), nullable=False),
        sa.Column("outcome", sa.String(2), nullable=False),
        _text("issuer", 255),
        _text("tenant", 255),
        _text("jti", 255),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="audit_pk"),
    )
    op.create_index("audit_recorded_at_ix", "audit", ["recorded_at"])
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{action.lower()} BEFORE {action} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )
