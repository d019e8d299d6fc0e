from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from cds_service.cli import main
from cds_service.errors import SettingsRefused
from cds_service.storage import (
    audit,
    feedback,
    is_current,
    issued_card,
    metadata,
    open_engine,
    prepare,
    spent_token,
    upgrade,
)
from cds_service.storage.engine import database_url
from cds_service.storage.migrate import HEAD, MIGRATIONS

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
AUDIT_ROW = {"recorded_at": NOON, "event": "hook-call", "outcome": "0", "request_id": "1", "detail": {}}


def test_the_migrations_make_the_tables_the_code_uses(database: Engine) -> None:
    """The shape that the migrations give equals the tables in the code, in SQLite and PostgreSQL."""
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_the_start_looks_for() -> None:
    """HEAD names the last script in the folder of migrations."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_what_was_spent_before_an_upgrade_stays_spent(empty_database: Engine) -> None:
    """A token that was used with the tables of any version cannot be used again after the upgrade."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    row = {"issuer": "https://a.example", "jti": "1", "expires_at": 1}
    with empty_database.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(insert(spent_token), [row])
        connection.commit()
    upgrade(empty_database)
    with empty_database.connect() as connection:
        assert [each._asdict() for each in connection.execute(select(spent_token))] == [row]


def test_the_audit_is_append_only(database: Engine) -> None:
    """A row of the audit can be neither changed nor deleted, by anybody who uses these tables."""
    with database.begin() as connection:
        connection.execute(insert(audit), [AUDIT_ROW])
    for statement in (update(audit).values(outcome="8"), delete(audit)):
        with pytest.raises(DBAPIError, match="append-only"), database.begin() as connection:
            connection.execute(statement)
    with database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar_one() == 1


def test_a_moment_comes_back_in_utc(database: Engine) -> None:
    """A moment with any zone is the same moment when it is read, and its zone is UTC."""
    tonga = NOON.astimezone(timezone(timedelta(hours=13)))
    with database.begin() as connection:
        connection.execute(insert(audit), [AUDIT_ROW | {"recorded_at": tonga}])
        found = connection.execute(select(audit.c.recorded_at)).scalar_one()
    assert (found, found.utcoffset()) == (NOON, timedelta(0))


def test_a_moment_without_its_zone_is_refused(database: Engine) -> None:
    """A naive datetime never reaches the database."""
    with pytest.raises(StatementError, match="time zone"), database.begin() as connection:
        connection.execute(insert(audit), [AUDIT_ROW | {"recorded_at": NOON.replace(tzinfo=None)}])


def test_a_token_id_is_spent_once_by_issuer(database: Engine) -> None:
    """The same jti of the same issuer is refused by the key, the same jti of another issuer is not."""
    with database.begin() as connection:
        for issuer in ("https://a.example", "https://b.example"):
            connection.execute(insert(spent_token).values(issuer=issuer, jti="1", expires_at=1))
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(insert(spent_token).values(issuer="https://a.example", jti="1", expires_at=2))


def test_the_same_feedback_twice_is_one_row(database: Engine) -> None:
    """The key of feedback counts an absent issuer and tenant, too."""
    row = {"service": "s", "card": "c", "outcome": "accepted", "accepted_suggestions": ["x"]}
    row |= {"outcome_at": NOON, "received_at": NOON}
    with database.begin() as connection:
        connection.execute(insert(feedback), [row])
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(insert(feedback), [row | {"received_at": NOON + timedelta(hours=1)}])


def test_eight_processes_worth_of_starts_migrate_once(tmp_path: Path) -> None:
    """Workers that start together on a new SQLite file all come up, with the tables made once."""
    engines = [open_engine(f"sqlite:///{tmp_path / 'new.sqlite3'}") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(prepare, engines))
    assert [is_current(engine) for engine in engines] == [True] * 8


def test_postgresql_is_not_migrated_by_a_start(empty_postgresql: Engine) -> None:
    """A start on a PostgreSQL without the tables is refused and names the command to run."""
    with pytest.raises(SettingsRefused, match="calcification-cds database upgrade"):
        prepare(empty_postgresql)


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    """A database that a newer version has migrated is left alone."""
    engine = open_engine(f"sqlite:///{tmp_path / 'newer.sqlite3'}")
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SettingsRefused, match="newer version"):
        prepare(engine)


@pytest.mark.needs("initdb", "pg_ctl")
def test_a_call_waits_for_postgresql_two_seconds_and_a_command_as_long_as_it_takes(
    postgresql_url: str,
) -> None:
    """A statement of a hook call ends after 2 s; a migration or a purge may take minutes, and waits half a
    minute for a lock."""
    limits = {}
    for patient in (False, True):
        engine = open_engine(postgresql_url, patient=patient)
        with engine.connect() as connection:
            shown = (connection.exec_driver_sql(f"SHOW {kind}_timeout") for kind in ("statement", "lock"))
            limits[patient] = [each.scalar_one() for each in shown]
        engine.dispose()
    assert limits == {False: ["2s", "0"], True: ["0", "30s"]}


def test_a_call_waits_for_an_sqlite_file_two_seconds_and_a_command_half_a_minute(tmp_path: Path) -> None:
    """How long somebody waits while another process writes to the file, in milliseconds."""
    limits = {}
    for patient in (False, True):
        engine = open_engine(f"sqlite:///{tmp_path / 'test.sqlite3'}", patient=patient)
        with engine.connect() as connection:
            limits[patient] = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        engine.dispose()
    assert limits == {False: 2000, True: 30000}


def test_an_unknown_kind_of_database_is_refused_without_its_password() -> None:
    """Only SQLite and PostgreSQL are taken, and the refusal does not repeat the address."""
    for text in ("mysql://user:hunter2@host/db", "hunter2", "nosuch://hunter2"):
        with pytest.raises(SettingsRefused) as refused:
            database_url(text)
        assert "hunter2" not in str(refused.value)


def test_postgresql_urls_get_the_driver_that_is_installed() -> None:
    """A plain postgresql: address means psycopg 3."""
    assert database_url("postgresql://u@h/d").drivername == "postgresql+psycopg"


def test_issued_cards_hold_no_text() -> None:
    """The columns of issued cards are ids, codes and moments only."""
    assert {column.name for column in issued_card.columns} == {
        "uuid",
        "issuer",
        "tenant",
        "service",
        "indicator",
        "rules",
        "model_version",
        "issued_at",
    }


def test_database_upgrade_says_what_it_did(tmp_path: Path) -> None:
    """The command makes the tables the first time and says so, and is harmless the second time."""
    runner = CliRunner(env={"CALCIFICATION_CDS_DATABASE_URL": f"sqlite:///{tmp_path / 'cli.sqlite3'}"})
    first, second = (runner.invoke(main, ["database", "upgrade"]) for _ in range(2))
    assert (first.exit_code, first.output) == (0, "The tables are up to date now.\n")
    assert (second.exit_code, second.output) == (0, "The tables were up to date.\n")


@pytest.mark.parametrize(
    ("url", "status"),
    [("sqlite:////nowhere/at/all.sqlite3", 3), ("postgresql://127.0.0.1:9/none", 3), ("oracle://x", 4)],
)
def test_database_upgrade_tells_refused_from_unreachable(url: str, status: int) -> None:
    """An address that cannot be used is status 4, a database that does not answer is status 3."""
    runner = CliRunner(env={"CALCIFICATION_CDS_DATABASE_URL": url})
    assert runner.invoke(main, ["database", "upgrade"]).exit_code == status
