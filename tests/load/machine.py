"""What else goes on on the machine, and how long it lets a program wait."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.load.driving import percentile

TICKS = os.sysconf("SC_CLK_TCK")
# Cores that other programs may use before limits of time mean nothing any more.
QUIET = 0.3


class Machine:
    """Watches from its beginning to its end. ``own`` is the process under test; its children count, too."""

    def __init__(self, own: int) -> None:
        self._own = own
        self._late: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sleep)

    def __enter__(self) -> Machine:
        self._began = time.perf_counter()
        self._at_first = _everybody() - self._ours()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.others = (_everybody() - self._ours() - self._at_first) / (time.perf_counter() - self._began)

    def stalls(self) -> float:
        """The 99th percentile, in seconds, of how much too late a program wakes that sleeps a millisecond."""
        return percentile(self._late, 99)

    def hold(self, is_so: bool, limit: str) -> None:
        """Hold a limit of time, unless other programs took more of the machine than leaves it a meaning."""
        if not is_so and self.others > QUIET:
            pytest.xfail(f"not held: {limit}; other programs used {self.others:.1f} cores meanwhile")
        assert is_so, limit

    def _sleep(self) -> None:
        while not self._stop.is_set():
            began = time.perf_counter()
            time.sleep(0.001)
            self._late.append(time.perf_counter() - began - 0.001)

    def _ours(self) -> float:
        mine = os.times()
        return mine.user + mine.system + sum(_used(pid) for pid in _family(self._own))


def _everybody() -> float:
    user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + irq + softirq) / TICKS


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _family(int(child))


def _used(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS
