"""Feedback, issued cards, audit and replay records: tables, the way to them, and their migrations.

No table has a name, a birth date or a report's content. The audit alone holds references to patients and
reports.
"""

from __future__ import annotations

from cds_service.storage.engine import DATABASE_ERRORS, open_engine
from cds_service.storage.migrate import is_current, prepare, upgrade
from cds_service.storage.tables import audit, feedback, issued_card, metadata, spent_token

__all__ = [
    "DATABASE_ERRORS",
    "audit",
    "feedback",
    "is_current",
    "issued_card",
    "metadata",
    "open_engine",
    "prepare",
    "spent_token",
    "upgrade",
]
