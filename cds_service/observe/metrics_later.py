"""Counting that no call waits for: what happened is kept for a moment, and counted for many calls at once.

A call touches some thirty counters. Most calls touch the same ones, and to add fifty to a counter costs as
much as to add one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

# About fifty calls. Nothing of a body is kept, so that this many take next to no memory.
MOST_WAITING = 256

Count = Callable[[list[Any]], None]
"""Counts everything of one kind that happened meanwhile, in its order."""

_waiting: deque[tuple[Count, Any]] = deque()


def later(count: Count, happened: object) -> None:
    """Have ``count`` called soon with ``happened`` among others, and not by this call unless many wait."""
    _waiting.append((count, happened))
    if len(_waiting) >= MOST_WAITING:
        settle()


def settle() -> None:
    """Count everything that waits. Several threads may do it at the same time; nothing is counted twice."""
    kinds: dict[Count, list[Any]] = {}
    while True:
        try:
            count, happened = _waiting.popleft()
        except IndexError:
            break
        kinds.setdefault(count, []).append(happened)
    for count, several in kinds.items():
        count(several)
