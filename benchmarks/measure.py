"""Measures what is asked for, part by part, and says what it does."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from benchmarks.figures import BASE, Run, Seen
from benchmarks.guidance import guidance
from benchmarks.in_process import answer_bytes, in_process
from benchmarks.load import CONNECTIONS
from benchmarks.machine import describe, is_busy
from benchmarks.side_by_side import cores, side_by_side
from benchmarks.sign_offs import Json, sign_offs
from benchmarks.steps import bench, growth, hottest, steps
from benchmarks.variants import HEALTHCHAIN_PYTHON, NAMES, variants

Say = Callable[[str], None]


def measure(wanted: Sequence[str], requests: int, seconds: int, pairs: int, say: Say) -> Run:
    """Measure the parts and variants of these names."""
    for name in [name for name in os.environ if name.startswith("CALCIFICATION_CDS_")]:
        del os.environ[name]  # the settings of a shell are not those of a benchmark
    machine = describe()
    made = list(sign_offs(requests))
    bodies = [orjson.dumps(each) for each in made]
    say(", ".join(f"{name} {value}" for name, value in machine.items()) + ".")
    if is_busy(machine):
        say("THE MACHINE WAS BUSY when this began: other programs disturb answers a second most.")
    size = statistics.median(map(len, bodies)) / 1024
    say(f"{requests} different sign-offs of {size:.1f} KiB with 8 Observations each, in rotation.")
    names = [BASE, *(name for name in NAMES if name in wanted)]
    seen, large = _over_http(names, made, seconds, pairs, say) if len(names) > 1 else ([], None)
    it = bench()
    parts = {"steps", "growth", "hottest", "request", "guidance"} & set(wanted)
    if parts:
        say(f"\nIn this process: {', '.join(name for name in wanted if name in parts)} ...")
    return Run(
        machine,
        tuple(seen),
        large,
        in_process(bodies) if "request" in parts else {},
        steps(it, bodies) if "steps" in parts else {},
        tuple(growth(it)) if "growth" in parts else (),
        hottest(it, bodies) if "hottest" in parts else {},
        guidance() if "guidance" in parts else {},
    )


def _over_http(
    names: list[str], made: Sequence[Json], seconds: int, pairs: int, say: Say
) -> tuple[list[Seen], float | None]:
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed (Debian: apt-get install wrk); --quick does without it.")
    if "healthchain" in names and not HEALTHCHAIN_PYTHON.exists():
        say("HealthChain is left out: it is not installed. `make bench` installs it.")
        names = [name for name in names if name != "healthchain"]
    where = (
        "one core for the servers, one for wrk" if cores()[0] is not None else "servers and wrk on one core"
    )
    say(f"{CONNECTIONS} connections, one worker each, {where}, {pairs} rounds of {seconds} s:\n")
    size = answer_bytes([orjson.dumps(each) for each in made])
    with tempfile.TemporaryDirectory() as folder:
        ready = variants(names, made, size, Path(folder))
        return side_by_side(ready, Path(folder), seconds, pairs, say)
