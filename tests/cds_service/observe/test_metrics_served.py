"""Served processes: what several workers counted is one number, also when one of them is killed."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from tests.cds_service.golden import SIGN_OFF_PATH, golden_request
from tests.cds_service.observe.exposed import value
from tests.postgresql import free_port
from tests.third_party.programs import environment, start

SERVE = ("-m", "cds_service", "serve", "--workers", "2", "--port")
GUNICORN = ("-m", "gunicorn", "--workers", "2", "--bind")
PATIENCE = 60.0
NAME = "calcification_cds_requests_total"


@dataclass(frozen=True)
class Served:
    """A service with two workers, the port of its metrics and the folder between the workers."""

    port: int
    metrics_port: int
    folder: Path

    def sign_off(self) -> None:
        """Post one sign-off over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        body = orjson.dumps(golden_request())
        connection.request("POST", SIGN_OFF_PATH, body, {"Content-Type": "application/json"})
        assert connection.getresponse().status == 200
        connection.close()

    def page(self) -> str:
        """The page; empty while nobody serves it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.metrics_port, timeout=10)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        except OSError:
            return ""
        finally:
            connection.close()

    def answered(self) -> float:
        """How many sign-offs were answered, as the page says."""
        return value(self.page(), NAME, route=SIGN_OFF_PATH, status="200")

    def by_worker(self) -> dict[int, float]:
        """The same from the file of each worker, by its process."""
        counted = {}
        for path in self.folder.glob("[0-9]*.json"):
            samples = orjson.loads(path.read_bytes())["samples"][NAME]
            counted[int(path.stem)] = sum(
                number for _, labels, number in samples if labels == {"route": SIGN_OFF_PATH, "status": "200"}
            )
        return counted


def until(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; False when it never did."""
    give_up = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.1)
    return True


@contextmanager
def served(folder: Path, words: Sequence[str], port: int) -> Iterator[Served]:
    """Run a program that serves two workers until the block ends."""
    counts = folder / "counts"
    counts.mkdir()
    service = Served(port, free_port(), counts)
    settings = {
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{folder / 'cds.sqlite3'}",
        "METRICS_PORT": str(service.metrics_port),
        "METRICS_FOLDER": str(counts),
    }
    command = [sys.executable, *words]
    running = start("served", f"http://127.0.0.1:{port}", command, folder, environment(**settings))
    process = running.process
    try:
        ready = until(
            lambda: process.poll() is not None or value(service.page(), "calcification_cds_workers") == 2
        )
        assert ready, running.log.read_text()
        assert process.poll() is None, running.log.read_text()
        yield service
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize("program", ["serve", "gunicorn"])
def test_two_workers_are_one_sum(program: str, tmp_path: Path) -> None:
    """Every sign-off is on the page once, whoever answered it; a worker that is killed keeps its counts,
    and the page comes back with as many workers as before."""
    port = free_port()
    words = (
        (*SERVE, str(port))
        if program == "serve"
        else (*GUNICORN, f"127.0.0.1:{port}", "cds_service.wsgi:app")
    )
    with served(tmp_path, words, port) as service:
        sent = 0
        while sent < 200 and (sent < 20 or min(service.by_worker().values()) == 0):
            service.sign_off()
            sent += 1
        assert until(lambda: service.answered() == sent), (service.answered(), sent)
        workers = service.by_worker()
        assert (len(workers), sum(workers.values())) == (2, sent)
        assert min(workers.values()) > 0
        killed = next(iter(workers))
        os.kill(killed, signal.SIGKILL)
        assert until(
            lambda: (
                value(service.page(), "calcification_cds_workers") == 2 and killed not in service.by_worker()
            )
        )
        assert service.answered() == sent
        service.sign_off()
        assert until(lambda: service.answered() == sent + 1)
        assert value(service.page(), "calcification_cds_ready") == 1
