"""Starts a WSGI application under granian as `calcification-cds serve` does, and watches it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_LIMIT = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it answers, its process and the seconds until its first answer."""

    base: str
    pid: int
    start_seconds: float

    def memory_mib(self) -> float:
        """Memory of the process and its workers in MiB; shared pages are counted once."""
        return sum(_proportional_kib(pid) for pid in _family(self.pid)) / 1024

    def processor_seconds(self) -> float:
        """Processor time that the process and its workers have used so far."""
        return sum(_processor_ticks(pid) for pid in _family(self.pid)) / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _family(int(child))


def _proportional_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _processor_ticks(pid: int) -> int:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return int(user) + int(system)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(base: str, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + START_LIMIT
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise SystemExit(f"the server stopped with exit status {process.returncode} before it answered")
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=1):  # noqa: S310 - a loopback address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.01)
    raise SystemExit(f"the server did not answer within {START_LIMIT:.0f} s")


@contextmanager
def running(target: str, core: int | None, environment: Mapping[str, str]) -> Iterator[Server]:
    """Serve ``module:app`` with one worker on a free loopback port, held to ``core``; stop it at the end."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.serve", target, str(port)],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # the log line of each request is written, and not kept
        preexec_fn=None if core is None else lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        _wait(base, process)
        yield Server(base, process.pid, time.monotonic() - started)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
