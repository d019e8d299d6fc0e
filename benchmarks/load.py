"""Drives one server with wrk, the bodies in rotation and each token once."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 8
SCRIPT = Path(__file__).with_name("rotate.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: answers, requests a second, median and 99th percentile in milliseconds, failures."""

    answers: int
    per_second: float
    p50: float
    p99: float
    failed: int


def figures(printed: str) -> Load:
    """Read the line that rotate.lua prints; wrk counts in microseconds."""
    line = next(line for line in printed.splitlines() if line.startswith("figures "))
    requests, duration, p50, p99, failed = (int(word) for word in line.split()[1:])
    return Load(requests, requests / (duration / 1e6), p50 / 1e3, p99 / 1e3, failed)


def drive(
    url: str, bodies: Path, seconds: int, core: int | None, tokens: Sequence[str] | None = None
) -> Load:
    """Post for that many seconds over 8 connections from one thread of wrk, held to ``core``.

    When the tokens run out, requests go without one and fail, so that too few cannot go unnoticed.
    """
    environment = {**os.environ, "BODIES": str(bodies)}
    if tokens is not None:
        (bodies / "tokens").write_text("\n".join(tokens))
        environment["TOKENS"] = str(bodies / "tokens")
    ran = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT), url],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=None if core is None else lambda: os.sched_setaffinity(0, {core}),
    )
    return figures(ran.stdout)
