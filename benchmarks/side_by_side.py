"""The variants in turns: every round drives each of them once, the order turned round after each round."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import orjson

from benchmarks.figures import Round, Seen
from benchmarks.load import drive
from benchmarks.server import Server, post, running
from benchmarks.sign_offs import sign_offs
from benchmarks.variants import Variant

# Tokens for each second: more than a service that is pressed hard spends, and twice what was seen of it.
FEWEST_TOKENS = 1_500
SPARE_TOKENS = 2.0
SETTLE_SECONDS = 0.4
LARGE_OBSERVATIONS = 3_200
LARGEST_BODY = 5 * 1024 * 1024


def cores() -> tuple[int | None, int | None]:
    """One core for the server and one for wrk, where there are two; (None, None) where not."""
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[1]) if len(allowed) >= 2 else (None, None)


def side_by_side(
    variants: Sequence[Variant], folder: Path, seconds: int, pairs: int, say: Callable[[str], None]
) -> tuple[list[Seen], float | None]:
    """Start every variant, warm it up, drive all in turns; what was seen, in the order given.

    With it come the milliseconds of the fastest of three requests of 5 MiB to the service, if it is there.
    """
    server_core, wrk_core = cores()
    with ExitStack() as stack:
        servers = [stack.enter_context(running(variant, server_core)) for variant in variants]
        for server in servers:
            _put_bodies(server.variant, folder)
        pace = {variant.name: FEWEST_TOKENS / SPARE_TOKENS for variant in variants}
        rounds: dict[str, list[Round]] = {variant.name: [] for variant in variants}
        for server in servers:
            _drive(server, folder, 1, pace, wrk_core)
        for number in range(pairs):
            for server in servers if number % 2 == 0 else reversed(servers):
                one = _drive(server, folder, seconds, pace, wrk_core)
                rounds[server.variant.name].append(one)
                say(_line(server.variant, one))
        large = next((_large(server) for server in servers if server.variant.name == "service"), None)
        seen = [
            Seen(
                server.variant.name,
                server.variant.title,
                server.start_seconds,
                *server.memory(),
                tuple(rounds[server.variant.name]),
            )
            for server in servers
        ]
    return seen, large


def _drive(server: Server, folder: Path, seconds: int, pace: dict[str, float], core: int | None) -> Round:
    variant = server.variant
    wanted = math.ceil(pace[variant.name] * seconds * SPARE_TOKENS)
    tokens = None if variant.signer is None else variant.signer.sign(wanted)
    before = server.processor_seconds()
    load = drive(server.base + variant.path, _bodies(variant, folder), seconds, core, tokens)
    time.sleep(SETTLE_SECONDS)  # rows behind the last answers are written
    used = server.processor_seconds() - before
    pace[variant.name] = max(pace[variant.name], load.per_second)
    share, each = used / seconds, used / max(1, load.answers) * 1e6
    return Round(load.per_second, load.p50, load.p99, each, share, load.failed)


def _line(variant: Variant, seen: Round) -> str:
    failed = f"   {seen.failed} FAILED" if seen.failed else ""
    return (
        f"  {variant.title:33}{seen.per_second:8.0f} /s   p50 {seen.p50:6.2f} ms   p99 {seen.p99:6.2f} ms"
        f"{seen.processor_us:8.0f} µs{failed}"
    )


def _bodies(variant: Variant, folder: Path) -> Path:
    return folder / f"bodies of {variant.name}"


def _put_bodies(variant: Variant, folder: Path) -> None:
    _bodies(variant, folder).mkdir()
    for number, body in enumerate(variant.bodies):
        (_bodies(variant, folder) / f"{number}.json").write_bytes(body)


def _large(server: Server) -> float:
    spent = []
    for request in sign_offs(3, LARGE_OBSERVATIONS):
        body = orjson.dumps(request)
        assert LARGEST_BODY * 0.98 < len(body) <= LARGEST_BODY, len(body)
        started = time.perf_counter()
        post(server.base, server.variant, body)
        spent.append((time.perf_counter() - started) * 1e3)
    return min(spent)
