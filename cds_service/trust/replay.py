"""Replay: a token is spent once, by all workers together (CH-181)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cds_service.outgoing.breaker import Breaker
from cds_service.permits import while_waiting
from cds_service.storage.spent_tokens import SpentTokens
from cds_service.trust.client import Client
from cds_service.trust.refusal import TokenRefused

PURGE_SECONDS = 60
MOST_REMEMBERED = 100_000
# Seconds of one insert, from which on the database counts as slow. For a quick one a call keeps its turn to
# compute: to leave it means to come back behind another call.
SLOW_SECONDS = 0.05


def _say_nothing(_: str) -> None:
    pass


class Replay:
    """Which tokens were spent: in the database for all workers, and in memory for this one.

    The memory decides alone while the database is away: signature, audience and life were checked by then,
    and a report without its cards can hurt somebody. ``note`` is told ``replayed`` in log-only mode and
    ``replay-store-down`` when the memory decides.
    """

    def __init__(self, spent: SpentTokens, note: Callable[[str], None] = _say_nothing) -> None:
        self._spent = spent
        self._note = note
        self._remembered: dict[tuple[str, str], float] = {}
        self._purged_at = 0.0
        self._lock = threading.Lock()
        self._is_slow = False
        # So that a database that hangs does not cost every call its time.
        self._breaker = Breaker()

    def spend(self, client: Client, jti: str, expires: float, now: float) -> None:
        """Spend one token. Raises TokenRefused when it was spent before and the client is in strict mode."""
        is_new = self._remember((client.issuer, jti), expires, now) and self._insert(client, jti, expires)
        if not is_new:
            if client.replay == "strict":
                raise TokenRefused("replayed")
            self._note("replayed")

    def _remember(self, key: tuple[str, str], expires: float, now: float) -> bool:
        with self._lock:
            if key in self._remembered:
                return False
            if len(self._remembered) >= MOST_REMEMBERED:
                self._forget(now)
            self._remembered[key] = expires
            return True

    def _forget(self, now: float) -> None:
        self._remembered = {key: end for key, end in self._remembered.items() if end >= now}
        while len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)))

    def _insert(self, client: Client, jti: str, expires: float) -> bool:
        if not self._breaker.may_call():
            self._note("replay-store-down")
            return True
        is_new = self._add(client.issuer, jti, int(expires) + 1)
        if is_new is None:
            self._breaker.failed()
            self._note("replay-store-down")
            return True
        self._breaker.succeeded()
        return is_new

    def _add(self, issuer: str, jti: str, expires_at: int) -> bool | None:
        began = time.perf_counter()
        if self._is_slow:
            with while_waiting():
                is_new = self._spent.add(issuer, jti, expires_at)
        else:
            is_new = self._spent.add(issuer, jti, expires_at)
        self._is_slow = time.perf_counter() > began + SLOW_SECONDS
        return is_new

    def is_resting(self) -> bool:
        """Say whether the database is left alone now, so that the memory decides."""
        return self._breaker.is_open

    def close(self) -> None:
        """Let go of the database."""
        self._spent.close()

    def purge(self, now: float) -> None:
        """Delete what has expired, at most once a minute; a database that is away is asked again later."""
        with self._lock:
            if now < self._purged_at + PURGE_SECONDS:
                return
            self._purged_at = now
            self._forget(now)
        if not self._spent.forget(now):
            self._note("replay-store-down")
