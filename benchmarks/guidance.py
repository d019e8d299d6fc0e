"""What the decision model costs by itself: ``python -m benchmarks --only guidance``."""

from __future__ import annotations

import io
import json
import resource
import statistics
import time
from datetime import date

from cards.facts_file import parse_facts
from cards.guidance import assess
from cards.policy import Policy
from cards.policy_file import with_site_keys
from cards.worked_cases import worked_cases
from cds_service.cli.assess import write_answers

TODAY = date(2026, 5, 4)
REPEATS = 200
ROWS = 20_000


def one_finding() -> list[float]:
    """Microseconds of assess, with its full trace, for each repeat of each worked case of one finding."""
    spent = []
    for case in worked_cases():
        facts, site = parse_facts(case.inputs)
        if len(facts.findings) == 1:
            policy = with_site_keys(Policy(), site)
            for _ in range(REPEATS):
                begun = time.perf_counter_ns()
                assess(facts, policy, TODAY)
                spent.append((time.perf_counter_ns() - begun) / 1e3)
    return spent


def rows_per_second(rows: int) -> float:
    """Rows a second of `assess -` on JSON lines, reading and writing included."""
    cases = worked_cases()
    lines = [json.dumps(cases[number % len(cases)].inputs) for number in range(rows)]
    stream = io.BytesIO("\n".join(lines).encode())
    begun = time.perf_counter()
    write_answers(stream, Policy(), TODAY, io.BytesIO())
    return rows / (time.perf_counter() - begun)


class _Endless(io.RawIOBase):
    """A stream of the worked cases, given a number of times, that is never held as a whole."""

    def __init__(self, times: int) -> None:
        self.block = "".join(json.dumps(case.inputs) + "\n" for case in worked_cases()).encode()
        self.times = times
        self.rest = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Give as much of the next block as the buffer takes."""
        if not self.times:
            return 0
        if not self.rest:
            self.rest = self.block
        part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        self.times -= not self.rest
        buffer[: len(part)] = part
        return len(part)


def growth_in_memory(rows: int) -> float:
    """MiB by which the peak memory grows from the first 1,000 rows to the given number."""
    times = rows // len(worked_cases())
    with open("/dev/null", "wb") as nowhere:
        write_answers(io.BufferedReader(_Endless(6)), Policy(), TODAY, nowhere)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        write_answers(io.BufferedReader(_Endless(times)), Policy(), TODAY, nowhere)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def guidance() -> dict[str, float]:
    """Every figure by what it is; the microseconds are for one finding with its full trace."""
    grown = growth_in_memory(ROWS)
    one_finding()
    return {
        "assess one finding, microseconds": statistics.median(one_finding()),
        "assess -, facts a second on one core": rows_per_second(ROWS),
        f"assess -, growth of memory over {ROWS:,} rows, MiB": grown,
    }
