"""Breaker: after some failures in a row a partner is left alone for a while.

It counts for one worker. The lock is held while counting, never while calling.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FAILURES = 5
OPEN_SECONDS = 30.0


@dataclass(slots=True)
class Breaker:
    """The state of one partner. ``clock`` gives seconds on a clock that never jumps."""

    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _opened_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_open(self) -> bool:
        """Say whether calls are held back now."""
        opened_at = self._opened_at
        return opened_at is not None and self.clock() < opened_at + OPEN_SECONDS

    def may_call(self) -> bool:
        """Say whether to call. When the time is over, one caller tries and the others still hold back."""
        with self._lock:
            if self._opened_at is None:
                return True
            if self.is_open:
                return False
            self._opened_at = self.clock()
            return True

    def succeeded(self) -> None:
        """Note an answer: the circuit is closed."""
        with self._lock:
            self._failures = 0
            self._opened_at = None

    def failed(self) -> None:
        """Note a failure; the fifth in a row opens the circuit."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._opened_at = self.clock()
