"""calcification-cds audit: hand the audit to whoever has to read it."""

from __future__ import annotations

from datetime import UTC, datetime

import click
import orjson

from cds_service.cli.common import refuse
from cds_service.cli.exit_status import ExitStatus
from cds_service.errors import SettingsRefused
from cds_service.settings import load_settings
from cds_service.storage import DATABASE_ERRORS, open_engine
from cds_service.storage import audit as audit_table

EXPORT_EXAMPLE = """
Example:

\b
  calcification-cds audit export --since 2026-05-01 --until 2026-06-01 > may.ndjson

Exit status: 0 done; 3 the database could not be reached; 4 a setting is refused.
"""
BATCH = 1000
A_DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.group()
def audit() -> None:
    """Export the audit: who called about which patient and report, what fired, who was turned away."""


@audit.command(epilog=EXPORT_EXAMPLE)
@click.option("--since", type=A_DAY, metavar="YYYY-MM-DD", help="From this moment on, in UTC.")
@click.option("--until", type=A_DAY, metavar="YYYY-MM-DD", help="Up to this moment, in UTC.")
def export(since: datetime | None, until: datetime | None) -> None:
    """Write the audit as FHIR R4 AuditEvents, one a line, the oldest first.

    Each is checked against the R4B model before it is written. The output holds references to patients and
    reports:
    handle it as health data.
    """
    from fhir.resources.R4B.auditevent import AuditEvent
    from sqlalchemy import select

    from cds_service.observe.audit_events import audit_event

    columns = audit_table.c
    wanted = select(audit_table).order_by(columns.id)
    if since is not None:
        wanted = wanted.where(columns.recorded_at >= since.replace(tzinfo=UTC))
    if until is not None:
        wanted = wanted.where(columns.recorded_at < until.replace(tzinfo=UTC))
    try:
        settings = load_settings()
        with open_engine(settings.database_url, patient=True).connect() as connection:
            rows = connection.execution_options(yield_per=BATCH).execute(wanted).mappings()
            for row in rows:
                event = audit_event(dict(row), settings.public_url)
                AuditEvent.model_validate(event)
                click.echo(orjson.dumps(event))
    except SettingsRefused as refused:
        refuse("; ".join(refused.reasons), ExitStatus.CONFIGURATION_REFUSED)
    except DATABASE_ERRORS:
        refuse("the database could not be read; see CALCIFICATION_CDS_DATABASE_URL", ExitStatus.PARTNER_AWAY)
