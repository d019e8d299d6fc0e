"""Starts one variant on a free loopback port, and watches its processes."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cards
from benchmarks.processes import family, processor_seconds
from benchmarks.variants import Variant, free_port

CORE = Path(str(cards.__file__)).parent.parent
START_LIMIT = 60.0
STOP_LIMIT = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running variant: where it answers, its first process and the seconds until its first answer."""

    variant: Variant
    base: str
    pid: int
    start_seconds: float

    def memory(self) -> tuple[float, float]:
        """Megabytes: what the worker holds (RSS), and all its processes together, shared pages once (PSS)."""
        processes = list(family(self.pid))
        worker = max(processes, key=processor_seconds)
        together = sum(_kilobytes(f"{pid}/smaps_rollup", "Pss:") for pid in processes)
        return _kilobytes(f"{worker}/status", "VmRSS:"), together

    def processor_seconds(self) -> float:
        """Processor time that the process and its workers have used so far."""
        return sum(processor_seconds(pid) for pid in family(self.pid))


def _kilobytes(file: str, name: str) -> float:
    for line in Path("/proc", file).read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def post(base: str, variant: Variant, body: bytes) -> bytes:
    """Post one request and return the answer."""
    headers = {"Content-Type": "application/json"}
    if variant.signer is not None:
        headers["Authorization"] = f"Bearer {variant.signer.sign(1)[0]}"
        headers["X-Forwarded-Proto"] = "https"
    request = urllib.request.Request(base + variant.path, body, headers)  # noqa: S310 - a loopback address
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        answer: bytes = response.read()
    return answer


def _wait(base: str, variant: Variant, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + START_LIMIT
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise SystemExit(
                f"{variant.title} stopped with exit status {process.returncode} before it answered"
            )
        try:
            post(base, variant, variant.bodies[0])
        except urllib.error.HTTPError as refused:
            if refused.code != 503:
                raise SystemExit(f"{variant.title} refused its first request with {refused.code}") from None
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass
        else:
            return
        time.sleep(0.01)
    raise SystemExit(f"{variant.title} did not answer within {START_LIMIT:.0f} s")


@contextmanager
def running(variant: Variant, core: int | None) -> Iterator[Server]:
    """Serve a variant with one worker on a free loopback port, held to ``core``; stop it at the end."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CALCIFICATION_CDS_")}
    started = time.monotonic()
    process = subprocess.Popen(
        variant.command(port),
        cwd=CORE,  # granian looks there first, and so finds the form of the core that runs here
        env=kept | variant.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # the log line of each request is written, and not kept
        stderr=subprocess.DEVNULL,
        preexec_fn=None if core is None else lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        _wait(base, variant, process)
        yield Server(variant, base, process.pid, time.monotonic() - started)
    finally:
        process.terminate()
        try:
            process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
