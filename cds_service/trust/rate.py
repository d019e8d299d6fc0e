"""Rate limit: how many calls a client may make in a minute, counted by each worker for itself."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from cds_service.errors import TooManyCalls
from cds_service.trust.client import Caller


@dataclass(slots=True)
class RateLimit:
    """A bucket for each client and tenant: full it holds a minute's calls, and it fills evenly.

    Not by address: the clients of one EHR share one. ``clock`` gives seconds and never jumps.
    """

    clock: Callable[[], float]
    _buckets: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, caller: Caller) -> None:
        """Count one call. Raises TooManyCalls with the seconds until the next one is taken."""
        rate = caller.client.rate_per_minute
        if rate == 0:
            return
        # A tenant counts where it is registered; else a client could make itself a new bucket.
        key = (caller.issuer, caller.tenant if caller.client.tenants else "")
        now = self.clock()
        with self._lock:
            level, since = self._buckets.get(key, (float(rate), now))
            level = min(float(rate), level + (now - since) * rate / 60)
            if level >= 1:
                self._buckets[key] = (level - 1, now)
                return
            self._buckets[key] = (level, now)
        wait = math.ceil((1 - level) * 60 / rate)
        raise TooManyCalls("This client makes more calls than it may. Try again later.", retry_after=wait)
