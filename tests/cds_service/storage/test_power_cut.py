"""Killed without warning while feedback arrives: what was acknowledged is on disk."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from cds_service.storage import feedback, issued_card, open_engine, upgrade
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request
from tests.postgresql import free_port

POSTS = 2000
KILLS = (600, 1300)  # after so many acknowledged posts
CALLERS = 4
START_SECONDS = 30.0
PATH = f"{SIGN_OFF_PATH}/feedback"


class Service:
    """The service in a process group of its own."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._environment = os.environ | {"CALCIFICATION_CDS_DATABASE_URL": database_url}

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cds_service", "serve", "--port", str(self.port)],
            env=self._environment,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            try:
                if self.post("/cds-services", None) == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the service did not start")

    def end(self, how: signal.Signals) -> None:
        """Send a signal to the whole group and wait."""
        if self.process.poll() is None:
            if how == signal.SIGKILL:
                os.killpg(self.process.pid, how)
            else:
                self.process.send_signal(how)
            self.process.wait(30)

    def post(self, path: str, body: object) -> int:
        """One call on a connection of its own; GET without a body. Raises OSError when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            if body is None:
                connection.request("GET", path)
            else:
                connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except http.client.HTTPException as error:
            raise OSError("no answer") from error
        finally:
            connection.close()


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[Service]:
    """Run the service; whatever happens, its processes end."""
    service = Service(database_url, folder)
    service.start()
    try:
        yield service
    finally:
        service.end(signal.SIGKILL)


def item(card: str) -> dict[str, object]:
    """Feedback on one card."""
    return {"feedback": [{"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-05-04T12:00:00Z"}]}


def post_all(service: Service) -> set[str]:
    """Post with several callers, kill the service at some counts, and give what was acknowledged."""
    numbers, acknowledged = count(), set[str]()
    is_up, lock, kills = threading.Event(), threading.Lock(), list(KILLS)
    is_up.set()

    def call() -> None:
        for number in numbers:
            if number >= POSTS:
                return
            is_up.wait()
            try:
                status = service.post(PATH, item(f"card-{number}"))
            except OSError:
                continue
            assert status == 200
            with lock:
                acknowledged.add(f"card-{number}")
                is_due = bool(kills) and len(acknowledged) >= kills[0]
                if is_due:
                    kills.pop(0)
                    is_up.clear()
            if is_due:
                service.end(signal.SIGKILL)
                service.start()
                is_up.set()

    with ThreadPoolExecutor(CALLERS) as pool:
        for done in [pool.submit(call) for _ in range(CALLERS)]:
            done.result()
    assert kills == []
    return acknowledged


def stored_cards(engine: Engine) -> set[str]:
    """The cards there is feedback on."""
    with engine.connect() as connection:
        return {card for (card,) in connection.execute(select(feedback.c.card))}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("initdb", "pg_ctl"))])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that is up to date."""
    if request.param == "postgresql":
        engine: Engine = request.getfixturevalue("empty_postgresql")
        upgrade(engine)
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{tmp_path / 'cds.sqlite3'}"


def test_nothing_acknowledged_is_lost_when_the_service_is_killed(address: str, tmp_path: Path) -> None:
    """kill -9, twice, during 2,000 posts: every feedback that was answered 200 is in the database."""
    with running(address, tmp_path) as service:
        acknowledged = post_all(service)
    engine = open_engine(address)
    assert len(acknowledged) > POSTS - 10 * CALLERS
    assert acknowledged - stored_cards(engine) == set()
    engine.dispose()


def test_what_waits_is_written_when_the_service_is_stopped(address: str, tmp_path: Path) -> None:
    """SIGTERM right after an answer: the cards that were issued are in the database."""
    with running(address, tmp_path) as service:
        assert service.post(SIGN_OFF_PATH, golden_request()) == 200
        service.end(signal.SIGTERM)
    engine = open_engine(address)
    with engine.connect() as connection:
        assert len(connection.execute(select(issued_card)).all()) >= 1
    engine.dispose()
