"""Both databases: an SQLite file, and a PostgreSQL that the tests start for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from cds_service.storage import metadata, open_engine, upgrade
from tests.postgresql import running_postgresql


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Run one PostgreSQL for all tests that want it."""
    with running_postgresql() as url:
        yield url


@pytest.fixture
def empty_postgresql(postgresql_url: str) -> Iterator[Engine]:
    """An empty PostgreSQL database."""
    engine = open_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("initdb", "pg_ctl"))])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without tables."""
    if request.param == "postgresql":
        engine: Engine = request.getfixturevalue("empty_postgresql")
    else:
        engine = open_engine(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield engine
    engine.dispose()


@pytest.fixture
def database(empty_database: Engine) -> Engine:
    """A database with this version's tables."""
    upgrade(empty_database)
    assert metadata.tables
    return empty_database
