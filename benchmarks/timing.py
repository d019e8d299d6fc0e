"""Processor time of one call, as undisturbed by other programs as can be had."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping

PASSES = 15

Step = Callable[[int], object]


def per_request(step: Step, count: int, passes: int = PASSES) -> float:
    """Microseconds of processor time of ``step`` for one request."""
    return in_turns({"": step}, count, passes)[""]


def in_turns(
    steps: Mapping[str, Step], count: int, passes: int = PASSES, rest: Callable[[], None] = lambda: None
) -> dict[str, float]:
    """Microseconds of processor time of each step for one request: the median of all requests, of each the
    fastest pass.

    The passes take turns over all requests, so that none finds its own traces in the caches, and over all
    steps, so that a busy minute of the machine is shared. The fastest pass is the one that no other program
    on the same cores disturbed. ``rest`` is called after each pass, outside the measure.
    """
    fastest = {name: [math.inf] * count for name in steps}
    for _ in range(passes):
        for name, step in steps.items():
            best = fastest[name]
            for number in range(count):
                started = time.thread_time()
                step(number)
                best[number] = min(best[number], time.thread_time() - started)
            rest()
    return {name: statistics.median(best) * 1e6 for name, best in fastest.items()}
