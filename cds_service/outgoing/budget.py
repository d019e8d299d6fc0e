"""Budget: how much time is left for everything that one answer still has to fetch."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """A moment on the monotonic clock after which nobody waits any more."""

    ends: float

    @classmethod
    def of(cls, seconds: float) -> Budget:
        """Start a budget of ``seconds`` from now."""
        return cls(time.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.ends - time.monotonic())
