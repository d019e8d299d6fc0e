"""Drives one server with wrk, the bodies in rotation."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 8
SCRIPT = Path(__file__).with_name("rotate.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: requests a second, median and 99th percentile in milliseconds, failures."""

    per_second: float
    p50: float
    p99: float
    failed: int


def figures(printed: str) -> Load:
    """Read the line that rotate.lua prints; wrk counts in microseconds."""
    line = next(line for line in printed.splitlines() if line.startswith("figures "))
    requests, duration, p50, p99, failed = (int(word) for word in line.split()[1:])
    return Load(requests / (duration / 1e6), p50 / 1e3, p99 / 1e3, failed)


def drive(url: str, bodies: Path, seconds: int, core: int | None) -> Load:
    """Post for that many seconds over 8 connections from one thread of wrk, held to ``core``."""
    ran = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT), url],
        env={**os.environ, "BODIES": str(bodies)},
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=None if core is None else lambda: os.sched_setaffinity(0, {core}),
    )
    return figures(ran.stdout)
