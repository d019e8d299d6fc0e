"""A worker is killed while calls arrive; the other goes on, and a new one takes the place."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import select

from cds_service.storage import feedback as feedback_table
from cds_service.storage import open_engine
from tests.load.calls import alternating, feedback, good
from tests.load.conftest import Say
from tests.load.driving import FAILED, InBackground, between, statuses
from tests.serving import serving

pytestmark = pytest.mark.deep

KILLED, WELL, END = 4.0, 16.0, 20.0
RATE = 20.0


def test_a_worker_is_killed(tmp_path: Path, say: Say) -> None:
    """kill -9 of one of two: only calls on its connections fail, none later; what was acknowledged is there.

    The file of SQLite is looked through after such an end; feedback that comes just then is told 503.
    """
    with serving(tmp_path, workers=2) as service:
        load = InBackground([service.port], alternating(good(), feedback(int(RATE * END / 2))), RATE, END)
        load.until(KILLED)
        dead = service.workers()[0]
        os.kill(dead, signal.SIGKILL)
        killed = load.now()
        service.wait_until(lambda: len(set(service.workers()) - {dead}) == 2)
        service.wait_until(service.is_ready)
        replaced = load.now()
        outcomes = load.end()
        deaths = [line["text"] for line in service.lines("server") if line["level"] == "error"]
        assert service.stop() == 0
    say("worker killed", outcomes, replaced=f"after {replaced - killed:.1f} s")
    assert len(deaths) == 1
    assert set(statuses(outcomes, "good")) <= {200, FAILED}
    assert set(statuses(outcomes, "feedback")) <= {200, 503, FAILED}
    assert set(statuses(between(outcomes, KILLED + 2, END), "good")) == {200}
    assert set(statuses(between(outcomes, WELL, END))) == {200}
    assert [each for each in outcomes if not each.status and each.at + each.seconds < KILLED] == []
    engine = open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    with engine.connect() as connection:
        stored = set(connection.execute(select(feedback_table.c.card)).scalars())
    engine.dispose()
    acknowledged = {each.call.key for each in outcomes if each.call.kind == "feedback" and each.status == 200}
    assert acknowledged <= stored
