"""Callers that come when they come: requests are sent at a given rate, whatever became of those before.

A caller who waited for each answer would send less when the service is slow, and hide it.
"""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat

ANSWER_SECONDS = 20.0
MOMENT = 0.5
CALLERS = 8
FAILED = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One request as bytes, and what kind it is in the eyes of a test."""

    kind: str
    text: bytes = field(repr=False)
    key: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call. ``at`` and ``seconds`` count from the moment it was due; ``status`` is FAILED
    when no answer came, and ``head`` says why."""

    call: Call
    at: float
    seconds: float
    status: int
    head: bytes = field(repr=False)
    body: bytes = field(repr=False)


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Callers:
    """Calls to ports of loopback, in turns; connections are kept and used again."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._turn = 0
        self._idle: dict[int, list[Connection]] = {port: [] for port in ports}
        self.outcomes: list[Outcome] = []
        self._began = 0.0

    async def at_rate(self, calls: Iterator[Call], rate: float, seconds: float) -> None:
        """Send ``rate`` calls a second, evenly."""
        self._began = time.perf_counter()
        running: set[asyncio.Task[None]] = set()
        for number in range(int(rate * seconds)):
            due = self._began + number / rate
            late = due - time.perf_counter()
            if late > 0:
                await asyncio.sleep(late)
            task = asyncio.create_task(self._one(next(calls), due))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)
        self._close()

    async def in_turns(self, calls: Iterator[Call], callers: int, seconds: float) -> None:
        """Let so many callers wait for each answer and send the next at once: what the service can do."""
        self._began = time.perf_counter()
        end = self._began + seconds

        async def caller() -> None:
            while (now := time.perf_counter()) < end:
                await self._one(next(calls), now)

        await asyncio.gather(*(caller() for _ in range(callers)))
        self._close()

    async def _one(self, call: Call, due: float) -> None:
        port = self._ports[self._turn % len(self._ports)]
        self._turn += 1
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status, head, body = await self._exchange(port, call.text)
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            status, head, body = FAILED, type(error).__name__.encode(), b""
        now = time.perf_counter()
        # Thousands of good answers are alike; what went wrong is kept whole.
        kept = b"" if call.kind == "good" and status == 200 else body
        self.outcomes.append(Outcome(call, due - self._began, now - due, status, head, kept))

    async def _exchange(self, port: int, text: bytes) -> tuple[int, bytes, bytes]:
        idle = self._idle[port]
        while idle and idle[-1][0].at_eof():
            # The service has ended it, because nobody used it for a while.
            idle.pop()[1].close()
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(text)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r")[0]
            body = await reader.readexactly(int(length or 0))
        except BaseException:
            writer.close()
            raise
        if b"connection: close" in head:
            writer.close()
        else:
            idle.append((reader, writer))
        return int(head[9:12]), head, body

    def _close(self) -> None:
        for _, writer in chain.from_iterable(self._idle.values()):
            writer.close()


def drive(ports: Sequence[int], calls: Iterable[Call], rate: float, seconds: float) -> list[Outcome]:
    """Send calls at a rate, one after another from ``calls`` over and over."""
    callers = Callers(ports)
    asyncio.run(callers.at_rate(chain.from_iterable(repeat(list(calls))), rate, seconds))
    return callers.outcomes


def capacity(port: int, calls: Iterable[Call], seconds: float, callers: int = CALLERS) -> float:
    """Answers a second when some callers send one request after another."""
    return len(_answered(port, calls, seconds, callers)) / seconds


def capacity_by_moment(port: int, calls: Iterable[Call], seconds: float) -> list[float]:
    """The same for each half second: a virtual machine may halve its pace for so long, time and again."""
    answered = _answered(port, calls, seconds, CALLERS)
    by_moment = Counter(int((each.at + each.seconds) / MOMENT) for each in answered)
    return [by_moment[moment] / MOMENT for moment in range(int(seconds / MOMENT))]


def _answered(port: int, calls: Iterable[Call], seconds: float, callers: int) -> list[Outcome]:
    asked = Callers([port])
    asyncio.run(asked.in_turns(chain.from_iterable(repeat(list(calls))), callers, seconds))
    return [each for each in asked.outcomes if each.status == 200]


class InBackground:
    """A drive that goes on while a test does something to the service."""

    def __init__(self, ports: Sequence[int], calls: Iterable[Call], rate: float, seconds: float) -> None:
        self.outcomes: list[Outcome] = []

        def run() -> None:
            self.outcomes = drive(ports, calls, rate, seconds)

        self._thread = threading.Thread(target=run)
        self._began = time.perf_counter()
        self._thread.start()

    def now(self) -> float:
        """Seconds since it began, on the clock of ``Outcome.at``."""
        return time.perf_counter() - self._began

    def until(self, seconds: float) -> None:
        """Wait until so many seconds after its begin."""
        time.sleep(max(0.0, seconds - self.now()))

    def end(self) -> list[Outcome]:
        """Wait until everything was answered."""
        self._thread.join()
        return self.outcomes


def percentile(values: Iterable[float], percent: int) -> float:
    """One percentile; 0 of nothing."""
    sample = list(values)
    return statistics.quantiles(sample, n=100)[percent - 1] if len(sample) > 1 else sum(sample)


def statuses(outcomes: Iterable[Outcome], kind: str | None = None) -> Counter[int]:
    """How often each status came, for one kind of call or all."""
    return Counter(each.status for each in outcomes if kind in (None, each.call.kind))


def between(outcomes: Iterable[Outcome], begin: float, end: float) -> list[Outcome]:
    """The calls that were due between two moments."""
    return [each for each in outcomes if begin <= each.at < end]


def seconds_of(outcomes: Iterable[Outcome], status: int = 200) -> list[float]:
    """How long the calls with one status took."""
    return [each.seconds for each in outcomes if each.status == status]
