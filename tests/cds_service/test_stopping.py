"""The service stops without losing anything, and a worker that dies is replaced."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cds_service.storage import issued_card, open_engine
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request
from tests.serving import Serving, serving

LONG = 600


def test_sigterm_is_heard_by_every_worker_while_calls_are_answered(tmp_path: Path) -> None:
    """After SIGTERM both workers say they are not ready, a hook call is answered 200 and ends its connection;
    the service stops with status 0, and what it issued is on disk."""
    with serving(tmp_path, workers=2, drain_seconds=2) as service:
        service.process.send_signal(signal.SIGTERM)
        service.wait_until(lambda: service.ask("/readyz").status == 503)
        # The kernel deals connections out to the workers; twenty reach both.
        assert {service.ask("/readyz").status for _ in range(20)} == {503}
        answer = service.ask(SIGN_OFF_PATH, golden_request())
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert service.process.wait(60) == 0
    engine = open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    with engine.connect() as connection:
        stored = connection.execute(select(func.count()).select_from(issued_card)).scalar_one()
    engine.dispose()
    assert stored == len(answer.json["cards"])


def stop_twice(service: Serving) -> int:
    """SIGTERM while it drains already."""
    service.process.send_signal(signal.SIGTERM)
    service.wait_until(lambda: service.ask("/readyz").status == 503)
    return service.stop(signal.SIGTERM)


@pytest.mark.parametrize(
    "stop", [stop_twice, lambda service: service.stop(signal.SIGINT)], ids=["twice", "interrupt"]
)
def test_a_person_in_a_hurry_need_not_wait(tmp_path: Path, stop: object) -> None:
    """A second SIGTERM, or Ctrl-C, stops a service that would drain for ten minutes."""
    with serving(tmp_path, drain_seconds=LONG) as service:
        assert stop(service) == 0  # type: ignore[operator]


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    """After kill -9 of a worker there are two again, calls are answered, and the log tells of it."""
    with serving(tmp_path, workers=2) as service:
        dead, other = service.workers()
        os.kill(dead, signal.SIGKILL)
        service.wait_until(lambda: len(set(service.workers()) - {dead, other}) == 1)
        service.wait_until(service.is_ready)
        assert service.ask(SIGN_OFF_PATH, golden_request()).status == 200
        texts = [line["text"] for line in service.lines("server") if line["level"] == "error"]
        assert [text for text in texts if "Unexpected exit from worker" in text] == texts
        assert len(texts) == 1
