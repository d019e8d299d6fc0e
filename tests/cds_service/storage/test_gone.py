"""A database file that is not there any more, and a database that hangs."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.exc import OperationalError

from cds_service.storage import audit, open_engine, upgrade
from cds_service.storage.engine import database_url
from cds_service.storage.held import cut_when_held
from tests.cds_service.storage.test_storage import AUDIT_ROW


def write(engine: Engine) -> None:
    """Write one row."""
    with engine.begin() as connection:
        connection.execute(audit.insert(), [AUDIT_ROW])


def count(engine: Engine) -> int:
    """How many rows there are."""
    with engine.connect() as connection:
        found: int = connection.execute(select(func.count()).select_from(audit)).scalar_one()
        return found


def test_a_deleted_file_takes_no_rows(tmp_path: Path) -> None:
    """Once its file is deleted an engine refuses to write, and makes no new one; a file that lies there again
    is written to."""
    path, aside = tmp_path / "cds.sqlite3", tmp_path / "aside.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    write(engine)
    for each in tmp_path.iterdir():
        each.rename(each.with_name(each.name.replace("cds", "aside")))
    for _ in range(2):
        with pytest.raises(OperationalError, match="gone"):
            write(engine)
    assert not path.exists()
    copied = open_engine(f"sqlite:///{aside}")
    assert count(copied) == 1
    copied.dispose()
    aside.rename(path)
    write(engine)
    assert count(engine) == 2
    engine.dispose()


@pytest.mark.needs("initdb", "pg_ctl")
def test_a_database_that_hangs_lets_go(postgresql_url: str) -> None:
    """Whoever waits for a connection that is held too long gets an error, and the next one is served."""
    engine = create_engine(database_url(postgresql_url), pool_size=1, max_overflow=0)
    cut_when_held(engine, 0.2)
    with pytest.raises(OperationalError), engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep(60)"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()
