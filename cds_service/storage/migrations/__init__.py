"""Migrations, run by alembic in the order of their numbers."""
