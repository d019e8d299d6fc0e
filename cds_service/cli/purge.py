"""``calcification-cds purge``: delete what the site no longer keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from cds_service.cli.stored import stored

EXAMPLE = """
Example, once a night:

\b
  calcification-cds purge

Exit status: 0 done; 3 the database could not be reached; 4 it is refused.
"""


@click.command(epilog=EXAMPLE)
@click.option("--days", type=click.IntRange(min=1), help="Keep this many days instead of the setting.")
def purge(days: int | None) -> None:
    """Delete feedback and issued cards that are older than CALCIFICATION_CDS_RETENTION_DAYS.

    A card stays as long as there is feedback on it. The audit is append-only and is not touched.
    """
    from cds_service.storage.purge import purge as purge_tables

    with stored() as (engine, settings):
        before = datetime.now(UTC) - timedelta(days=days or settings.retention_days)
        deleted = purge_tables(engine, before)
    for table, rows in deleted.items():
        click.echo(f"{table}: {rows} deleted")
