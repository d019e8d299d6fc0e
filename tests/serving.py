"""`calcification-cds serve` in a process of its own, with the settings of a test."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from cds_service.observe.standard_output import COLLECT_SECONDS
from tests.postgresql import free_port
from tests.third_party.programs import command_line, environment

START_SECONDS = 60.0
SOON = 5 * COLLECT_SECONDS
"""Seconds after which the log of a process that serves holds what has happened."""


@dataclass(frozen=True)
class Answered:
    """An answer; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)


@dataclass
class Serving:
    """A service that runs in ``folder``, with its log in ``log``."""

    port: int
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def log(self) -> Path:
        """Everything it wrote."""
        return self.folder / f"serve-{self.port}.log"

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Its log lines of one event, those of this moment too."""
        time.sleep(SOON)
        lines = [each for each in self.log.read_bytes().splitlines() if each.startswith(b"{")]
        return [line for line in map(orjson.loads, lines) if line["event"] == event]

    def ask(self, path: str, body: object = None, **headers: str) -> Answered:
        """Send one request on a connection of its own, GET without a body. OSError when no answer comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            if body is None:
                connection.request("GET", path, headers=named)
            else:
                data = body if isinstance(body, bytes) else orjson.dumps(body)
                connection.request("POST", path, data, {"Content-Type": "application/json", **named})
            answer = connection.getresponse()
            kept = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, kept, answer.read())
        except http.client.HTTPException as error:
            raise OSError("no answer") from error
        finally:
            connection.close()

    def counted(self, name: str) -> float:
        """The sum of one metric as a monitor reads it; ``name`` may end in labels."""
        lines = self.ask("/metrics").body.decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(f"calcification_cds_{name}"))

    def workers(self) -> list[int]:
        """The processes that answer."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        every = [int(each) for task in tasks for each in _children(task)]
        return [pid for pid in every if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so; a service that ended, or a minute, fails the test."""
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            try:
                if is_so():
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise AssertionError(self.log.read_text()[-3000:])

    def is_ready(self) -> bool:
        """Say whether it answers calls now."""
        return self.ask("/readyz").status == 200

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, and give the exit status."""
        self.process.send_signal(how)
        return self.process.wait(60)


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except OSError:
        return []


def start(
    folder: Path,
    workers: int = 1,
    port: int | None = None,
    variables: Mapping[str, str] = MappingProxyType({}),
    **settings: object,
) -> Serving:
    """Start a service in the development profile unless told otherwise; it may not answer yet.

    ``variables`` go into its environment beside the settings.
    """
    port = free_port() if port is None else port
    given = {"database_url": f"sqlite:///{folder / 'cds.sqlite3'}"} | settings
    named = environment(**{name: str(value) for name, value in given.items()})
    serving = Serving(port, None, folder)  # type: ignore[arg-type]
    with serving.log.open("ab") as log:
        serving.process = subprocess.Popen(
            command_line("serve", "--port", str(port), "--workers", str(workers)),
            env=named | variables,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return serving


@contextmanager
def serving(folder: Path, workers: int = 1, **settings: object) -> Iterator[Serving]:
    """Run a service that is ready; whatever happens, its processes end."""
    running = start(folder, workers, **settings)
    try:
        running.wait_until(running.is_ready)
        yield running
    finally:
        end(running)


def end(running: Serving) -> None:
    """End every process of a service."""
    if running.process.poll() is None:
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait(30)
