"""Runs the migrations on the connection that ``cds_service.storage.upgrade`` hands over."""

from __future__ import annotations

from alembic import context

from cds_service.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
