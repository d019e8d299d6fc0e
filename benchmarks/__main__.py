"""`make bench`: the service and the do-nothing service in turns, then each step by itself.

``python -m benchmarks --quick`` leaves out what needs a server and wrk.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import sys
import tempfile
import urllib.request
from pathlib import Path

import orjson

from benchmarks.load import CONNECTIONS, Load, drive
from benchmarks.server import Server, running
from benchmarks.sign_offs import sign_offs
from benchmarks.steps import bench, growth, hottest, steps
from benchmarks.without_http import without_http

REQUESTS = 240
SECONDS = int(os.environ.get("BENCH_SECONDS", "6"))
PAIRS = 3
PATH = "/cds-services/breast-calcification-report-sign"


def cores() -> tuple[int | None, int | None]:
    """One core for the server and one for wrk, where there are two; (None, None) where not."""
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[1]) if len(allowed) >= 2 else (None, None)


def post(server: Server, body: bytes) -> dict[str, object]:
    """Post one request and return the parsed answer; anything but 200 ends the run."""
    request = urllib.request.Request(  # noqa: S310 - a loopback address
        server.base + PATH, body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        answer: dict[str, object] = orjson.loads(response.read())
    return answer


def show(name: str, load: Load) -> None:
    """Print one run of wrk."""
    failed = f"   {load.failed} FAILED" if load.failed else ""
    print(f"  {name:12}{load.per_second:9.0f} /s   p50 {load.p50:6.2f} ms   p99 {load.p99:6.2f} ms{failed}")


def over_http(bodies: list[bytes], folder: Path) -> bool:
    """Run both servers, drive them in turns and print the ratio; tell whether every request was answered."""
    server_core, wrk_core = cores()
    for number, body in enumerate(bodies):
        (folder / f"{number}.json").write_bytes(body)
    with running("cds_service.wsgi:app", server_core, {}) as ours:
        answers = [post(ours, body) for body in bodies]
        size = int(statistics.median(len(orjson.dumps(answer)) for answer in answers))
        cards = statistics.mean(len(answer["cards"]) for answer in answers)  # type: ignore[arg-type]
        print(f"Answers: median {size} bytes, {cards:.1f} cards on average.")
        with running("benchmarks.idle:app", server_core, {"IDLE_ANSWER_BYTES": str(size)}) as idle:
            for server in (ours, idle):
                drive(server.base + PATH, folder, 1, wrk_core)
            runs: dict[str, list[Load]] = {"ours": [], "do-nothing": []}
            used = [ours.processor_seconds(), idle.processor_seconds()]
            for _ in range(PAIRS):
                for name, server in (("ours", ours), ("do-nothing", idle)):
                    runs[name].append(drive(server.base + PATH, folder, SECONDS, wrk_core))
                    show(name, runs[name][-1])
            used = [ours.processor_seconds() - used[0], idle.processor_seconds() - used[1]]
            memory = (ours.memory_mib(), idle.memory_mib())
            start = (ours.start_seconds, idle.start_seconds)
    answered = [sum(load.per_second * SECONDS for load in loads) for loads in runs.values()]
    cost = [spent / count * 1e6 for spent, count in zip(used, answered, strict=True)]
    print(
        f"Processor time a request: {cost[0]:.0f} µs, do-nothing {cost[1]:.0f} µs ({cost[1] / cost[0]:.3f})."
    )
    ratios = [mine.per_second / base.per_second for mine, base in zip(*runs.values(), strict=True)]
    print(f"Memory: {memory[0]:.0f} MiB, do-nothing {memory[1]:.0f} MiB.")
    print(f"From start to first answer: {start[0]:.2f} s, do-nothing {start[1]:.2f} s.")
    spread = f"{min(ratios):.3f} to {max(ratios):.3f} in {PAIRS} pairs"
    print(f"RATIO to the do-nothing service: {statistics.median(ratios):.3f} ({spread})")
    return not any(load.failed for loads in runs.values() for load in loads)


def main() -> int:
    """Print every figure; 1 when wrk is missing or a request was not answered."""
    os.environ["CALCIFICATION_CDS_PROFILE"] = "development"
    bodies = [orjson.dumps(each) for each in sign_offs(REQUESTS)]
    size = statistics.median(map(len, bodies)) / 1024
    print(f"{REQUESTS} different sign-offs of {size:.1f} KiB with 8 Observations each,")
    print(f"in rotation over {CONNECTIONS} connections; one worker; Python {platform.python_version()};")
    split = (
        "one core for the server, one for wrk" if cores()[0] is not None else "server and wrk share one core"
    )
    print(f"{split}; load average before: {os.getloadavg()[0]:.1f}.\n")
    status = 0
    if "--quick" in sys.argv[1:]:
        pass
    elif shutil.which("wrk") is None:
        print(
            "wrk is not installed, so nothing was measured over HTTP (Debian: apt-get install wrk).",
            file=sys.stderr,
        )
        status = 1
    else:
        with tempfile.TemporaryDirectory() as folder:
            status = 0 if over_http(bodies, Path(folder)) else 1
    ours, idle = without_http(bodies)
    print(f"\nWithout HTTP: {ours:.0f} µs a request, do-nothing {idle:.0f} µs ({idle / ours:.3f}).")
    it = bench()
    print("\nInside the process, microseconds of processor time a request:")
    for name, spent in steps(it, bodies):
        print(f"  {name:30}{spent:9.0f}")
    print("\nAs reports grow:")
    for observations, size, spent in growth(it):
        each = f"{spent / observations * 1e3:6.1f} µs each"
        print(f"  {observations:6} Observations {size / 1024:8.0f} KiB {spent:9.2f} ms {each}")
    print("\nHottest functions of the whole line (share of its own time under cProfile):")
    for place, share in hottest(it, bodies):
        print(f"  {share:4.1f} %  {place}")
    return status


if __name__ == "__main__":
    sys.exit(main())
