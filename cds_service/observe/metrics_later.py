"""Counting that no call waits for: what happened is kept for a moment, and counted for many calls at once.

A call touches some thirty counters. Most calls touch the same ones, and to add fifty to a counter costs as
much as to add one.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

# About fifty calls. Nothing of a body is kept, so that this many take next to no memory.
MOST_WAITING = 1500

Event = tuple[Callable[..., None], tuple[Any, ...]]
"""What counts, and with which values beside the number of times, its first."""

_waiting: deque[Event] = deque()


def later(events: Sequence[Event]) -> None:
    """Have each of ``events`` counted soon, and not by this call unless many are waiting."""
    _waiting.extend(events)
    if len(_waiting) >= MOST_WAITING:
        settle()


def settle() -> None:
    """Count everything that waits. Several threads may do it at the same time; nothing is counted twice."""
    for (count, values), times in Counter(_taken()).items():
        count(times, *values)


def _taken() -> Iterable[Event]:
    taken: list[Event] = []
    try:
        while True:
            taken.append(_waiting.popleft())
    except IndexError:
        return taken
