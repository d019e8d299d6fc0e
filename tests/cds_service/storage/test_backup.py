from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, create_engine, insert, select
from sqlalchemy.exc import DBAPIError

from cds_service.cli import main
from cds_service.errors import SettingsRefused
from cds_service.storage import open_engine, spent_token, upgrade
from cds_service.storage.backup import back_up

TOKEN = {"issuer": "https://ehr.example.org", "jti": "1", "expires_at": 1}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An SQLite file with one row."""
    engine = open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(insert(spent_token), [TOKEN])
    return engine


def command(folder: Path, *words: str) -> Result:
    """Run the command on the file."""
    url = f"sqlite:///{folder / 'cds.sqlite3'}"
    return CliRunner(env={"CALCIFICATION_CDS_DATABASE_URL": url}).invoke(main, ["database", "backup", *words])


def test_the_copy_holds_what_was_committed(engine: Engine, tmp_path: Path) -> None:
    """While another connection is in the middle of writing, the copy has what was committed and no more."""
    writing = engine.connect()
    writing.execute(insert(spent_token), [TOKEN | {"jti": "2"}])
    back_up(engine, tmp_path / "copy.sqlite3")
    writing.rollback()
    writing.close()
    with sqlite3.connect(tmp_path / "copy.sqlite3") as copied:
        assert copied.execute("SELECT jti FROM spent_token").fetchall() == [("1",)]
        assert copied.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    copied.close()
    assert not list(tmp_path.glob("*.partial"))


def test_a_file_that_is_there_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    """The command ends with 2 and names the file; the older copy is what it was."""
    (tmp_path / "copy.sqlite3").write_text("older")
    result = command(tmp_path, str(tmp_path / "copy.sqlite3"))
    assert (result.exit_code, "copy.sqlite3" in result.stderr) == (2, True)
    assert (tmp_path / "copy.sqlite3").read_text() == "older"


def test_a_copy_that_fails_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    """Where nothing can be written no file is left under any name, and the command ends with 3."""
    with pytest.raises(DBAPIError):
        back_up(engine, tmp_path / "no" / "such" / "copy.sqlite3")
    assert command(tmp_path, str(tmp_path / "no" / "such" / "copy.sqlite3")).exit_code == 3
    assert [path.name for path in tmp_path.glob("*copy*")] == []


def test_the_command_says_where_the_copy_is(engine: Engine, tmp_path: Path) -> None:
    """A copy that is complete is named, and can be opened as the database it is."""
    result = command(tmp_path, str(tmp_path / "copy.sqlite3"))
    assert (result.exit_code, result.output) == (0, f"Copied to {tmp_path / 'copy.sqlite3'}.\n")
    copied = open_engine(f"sqlite:///{tmp_path / 'copy.sqlite3'}")
    with copied.connect() as connection:
        assert connection.execute(select(spent_token.c.jti)).scalars().all() == ["1"]
    copied.dispose()


def test_another_database_is_refused(tmp_path: Path) -> None:
    """PostgreSQL has its own way, and the refusal names it."""
    elsewhere = create_engine("postgresql+psycopg://127.0.0.1/none")
    with pytest.raises(SettingsRefused, match="pg_dump"):
        back_up(elsewhere, tmp_path / "copy.sqlite3")
