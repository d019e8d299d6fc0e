"""How much of the machine others use: what a limit of time that was not held is to be judged by."""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmarks.processes import TICKS, family, processor_seconds


class Machine:
    """Watches from its beginning to its end. ``own`` is the process under test; its children count, too."""

    def __init__(self, own: int) -> None:
        self._own = own

    def __enter__(self) -> Machine:
        self._began = time.perf_counter()
        self._at_first = self._by_others()
        return self

    def __exit__(self, *_: object) -> None:
        self.others = (self._by_others() - self._at_first) / (time.perf_counter() - self._began)

    def hold(self, is_so: bool, limit: str) -> None:
        """Hold a limit; when it is not held, say how many cores other programs used meanwhile."""
        assert is_so, f"not held: {limit}; other programs used {self.others:.1f} cores meanwhile"

    def _by_others(self) -> float:
        user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split()[1:8])
        mine = os.times()
        ours = mine.user + mine.system + sum(processor_seconds(pid) for pid in family(self._own))
        return (user + nice + system + irq + softirq) / TICKS - ours
