"""Back up while the service runs, destroy the database, restore, go on: as docs/operations.md says."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from cds_service.storage import open_engine
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request
from tests.deploy.site import Calling, Site, ask, make_site, replica
from tests.deploy.stored_rows import audit_refuses_changes, empty_database, psql, rows_of, settled_rows

CALLS = 12


@dataclass
class Kept:
    """One kind of database: its address, and how an operator backs it up, loses it and restores it."""

    url: str
    back_up: Callable[[Site], None]
    destroy: Callable[[], None]
    restore: Callable[[], None]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _sqlite(folder: Path) -> Kept:
    file, copy = folder / "cds.sqlite3", folder / "backup.sqlite3"

    def back_up(site: Site) -> None:
        done = site.run("database", "backup", str(copy))
        assert done.returncode == 0, done.stderr

    def destroy() -> None:
        for each in folder.glob("cds.sqlite3*"):
            each.unlink()

    return Kept(f"sqlite:///{file}", back_up, destroy, lambda: shutil.copy(copy, file) and None)


def _postgresql(folder: Path, server: str) -> Kept:
    url, dump = empty_database(server, "cds"), str(folder / "cds.dump")

    def back_up(_: Site) -> None:
        _run("pg_dump", "--format=custom", "--file", dump, url)

    def destroy() -> None:
        psql(server, "DROP DATABASE cds WITH (FORCE)")

    def restore() -> None:
        psql(server, "CREATE DATABASE cds")
        _run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--dbname", url, dump)

    return Kept(url, back_up, destroy, restore)


NEEDED = pytest.mark.needs("initdb", "pg_ctl", "psql", "pg_dump", "pg_restore")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NEEDED)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """Either database, empty."""
    if request.param == "sqlite":
        return _sqlite(tmp_path)
    return _postgresql(tmp_path, request.getfixturevalue("postgresql_server"))


@pytest.fixture
def site(kept: Kept, tmp_path: Path) -> Site:
    """A site with the tables of this version."""
    site = make_site(tmp_path, kept.url)
    assert site.run("database", "upgrade").returncode == 0
    return site


def test_what_was_backed_up_is_there_again(site: Site, kept: Kept) -> None:
    """Issued cards, feedback, audit and spent tokens from before the backup are the same after the restore,
    row by row; the service answers, takes feedback on an old card, still knows an old token, and the audit
    still cannot be changed."""
    with replica(site, "before") as before:
        cards = [site.sign_off(before.base)[0]["uuid"] for _ in range(CALLS)]
        assert site.feedback(before.base, cards[0])[0] == 200
        token = site.token()
        assert ask(before.base, SIGN_OFF_PATH, token, golden_request())[0] == 200
        assert ask(before.base, SIGN_OFF_PATH, token, golden_request())[0] == 401
        old = settled_rows(kept.url, CALLS + 1)
        with Calling(site, before.base) as calling:
            kept.back_up(site)
        assert (calling.answered > 0, calling.failed) == (True, [])
    after_all = rows_of(kept.url)
    kept.destroy()
    kept.restore()
    restored = rows_of(kept.url)
    for table, rows in old.items():
        assert rows <= restored[table] <= after_all[table]
    assert len(old["audit"]) >= CALLS + 2
    with replica(site, "after") as after:
        assert ask(after.base, SIGN_OFF_PATH, token, golden_request())[0] == 401
        assert site.sign_off(after.base)
        assert site.feedback(after.base, cards[1])[0] == 200
    assert len(rows_of(kept.url)["feedback"]) == len(restored["feedback"]) + 1
    audit_refuses_changes(kept.url)


@pytest.mark.deep
def test_an_upgrade_is_rolled_back_by_restoring(site: Site, kept: Kept) -> None:
    """Once a newer version has changed the tables, a replica of this one that runs goes on answering, but
    none starts: status 4. With the backup from before the upgrade it starts."""
    with replica(site, "running") as running:
        kept.back_up(site)
        engine = open_engine(kept.url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        assert site.sign_off(running.base)
    refused = site.run("serve", "--port", "9")
    assert refused.returncode == 4, refused.stderr
    kept.destroy()
    kept.restore()
    with replica(site, "restored") as restored:
        assert site.sign_off(restored.base)


@pytest.mark.deep
@NEEDED
def test_a_replica_waits_for_nobody_to_migrate_postgresql(tmp_path: Path, postgresql_server: str) -> None:
    """On a PostgreSQL without the tables a replica ends with status 4 and names the command; after the
    command it starts, and the command is harmless the second time."""
    site = make_site(tmp_path, _postgresql(tmp_path, postgresql_server).url)
    refused = site.run("serve", "--port", "9")
    assert (refused.returncode, "calcification-cds database upgrade" in refused.stderr) == (4, True)
    assert site.run("database", "upgrade").stdout == "The tables are up to date now.\n"
    assert site.run("database", "upgrade").stdout == "The tables were up to date.\n"
    with replica(site, "upgraded") as upgraded:
        assert site.sign_off(upgraded.base)
