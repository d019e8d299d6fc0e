"""What is deleted, and how, while a replica answers: as docs/operations.md says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from cds_service.storage import audit, issued_card, open_engine
from tests.deploy.site import Site, make_site, replica
from tests.deploy.stored_rows import audit_refuses_changes, empty_database, psql
from tests.third_party.programs import ROOT

OLD = datetime(2019, 5, 4, tzinfo=UTC)
PAGE = (ROOT / "docs" / "operations.md").read_text()


@pytest.fixture
def site(tmp_path: Path, postgresql_server: str) -> Site:
    """A site on a PostgreSQL database of its own, with a card and an audit row of long ago."""
    url = empty_database(postgresql_server, "retention")
    site = make_site(tmp_path, url)
    assert site.run("database", "upgrade").returncode == 0
    row = {"recorded_at": OLD, "event": "hook-call", "outcome": "0", "request_id": "1", "detail": {}}
    card = {"uuid": "old", "service": "s", "indicator": "info", "rules": [], "model_version": "1"}
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(insert(audit), [row])
        connection.execute(insert(issued_card), [card | {"issued_at": OLD}])
    engine.dispose()
    return site


@pytest.mark.needs("initdb", "pg_ctl", "psql")
def test_old_rows_go_and_new_ones_stay(site: Site) -> None:
    """The purge takes the old card, the statements of the page take the old audit row; what the replica that
    runs has written stays, it goes on, and the audit cannot be changed before or after."""
    url = site.settings["DATABASE_URL"]
    (statements,) = re.findall(r"```sql\n(.*?)```", PAGE, flags=re.DOTALL)
    with replica(site, "running") as running:
        assert site.sign_off(running.base)
        audit_refuses_changes(url)
        purged = site.run("purge")
        assert (purged.returncode, "issued_card: 1 deleted" in purged.stdout) == (0, True)
        psql(url, statements)
        assert site.sign_off(running.base)
    engine = open_engine(url)
    with engine.connect() as connection:
        recorded = connection.execute(select(audit.c.recorded_at)).scalars().all()
        issued = connection.execute(select(issued_card.c.issued_at)).scalars().all()
    engine.dispose()
    assert (len(recorded), len(issued)) == (2, 2)
    assert min([*recorded, *issued]) > datetime.now(UTC) - timedelta(hours=1)
    audit_refuses_changes(url)
