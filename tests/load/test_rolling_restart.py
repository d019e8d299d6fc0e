"""Two services behind nginx are restarted in turns under load, and nobody notices."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from cds_service.storage import feedback as feedback_table
from cds_service.storage import open_engine, upgrade
from tests.load.calls import alternating, feedback, good
from tests.load.conftest import Say
from tests.load.driving import InBackground, statuses
from tests.load.proxy import HANDING_ON, nginx
from tests.postgresql import running_postgresql
from tests.serving import Serving, end, start

pytestmark = [pytest.mark.deep, pytest.mark.needs("nginx", "initdb", "pg_ctl")]

RATE, SECONDS = 60.0, 60.0
DRAIN_SECONDS = 3


@pytest.fixture
def database() -> Iterator[str]:
    """A PostgreSQL with the tables."""
    with running_postgresql() as url:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        yield url


def test_nobody_notices_a_rolling_restart(tmp_path: Path, database: str, say: Say) -> None:
    """Each service gets SIGTERM, ends by itself and is started again: every sign-off and every feedback is
    answered 200, and all feedback is in the database that both share. The proxy is set as docs/operations.md
    says."""
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    assert HANDING_ON in page

    def begin(port: int | None = None) -> Serving:
        return start(tmp_path, port=port, database_url=database, drain_seconds=DRAIN_SECONDS)

    services = [begin(), begin()]
    try:
        for service in services:
            service.wait_until(service.is_ready)
        with nginx(tmp_path, [service.port for service in services]) as port:
            count = int(RATE * SECONDS / 2)
            load = InBackground([port], alternating(good(), feedback(count)), RATE, SECONDS)
            for number, service in enumerate(services):
                load.until(3 + number * SECONDS / 2)
                assert service.stop(signal.SIGTERM) == 0
                services[number] = begin(service.port)
                services[number].wait_until(services[number].is_ready)
                restarted = load.now()
            assert restarted < SECONDS - 3
            outcomes = load.end()
    finally:
        for service in services:
            end(service)
    say("rolling restart", outcomes, restarted=f"by {restarted:.0f} s")
    assert statuses(outcomes) == {200: int(RATE * SECONDS)}
    engine = open_engine(database)
    with engine.connect() as connection:
        stored = set(connection.execute(select(feedback_table.c.card)).scalars())
    engine.dispose()
    assert stored == {each.call.key for each in outcomes if each.call.kind == "feedback"}
