"""KeyStore: the public keys of every client, fetched before they are needed (CH-184).

A set is refreshed in the background at half of the life that its server gives it. While that fails, the
kept set serves to the end of that life and no further. A kid that nobody knows makes one fetch, and then none
for 30 seconds.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cds_service.outgoing import Budget, Destination, Fetched, Outgoing
from cds_service.outgoing.refusals import OutgoingError
from cds_service.permits import while_waiting
from cds_service.trust.client import Client
from cds_service.trust.keys import BadKeySet, Key, Keys, read_keys
from cds_service.trust.refusal import TokenRefused

DEFAULT_LIFE = 300.0
LONGEST_LIFE = 24 * 3600.0
# A server that says "do not keep" would be asked for every call, and its callers shut out between two of
# them.
SHORTEST_LIFE = 60.0
COOL_DOWN = 30.0
COLD_PAUSE = 5.0
FETCH_SECONDS = 5.0
# A caller with a new key waits this long for it; those whose keys are known never wait.
WAIT_SECONDS = 1.0
MOST_WAITING = 4
MOST_BYTES = 64 * 1024
MEDIA_TYPES = frozenset({"application/json", "application/jwk-set+json"})

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)

Note = Callable[[str, str], None]


@dataclass(slots=True)
class _Held:
    """What is known of one client's key server. Times are seconds on the clock of the store."""

    url: Destination
    keys: Keys = field(default_factory=dict)
    refresh_at: float = 0.0
    useless_at: float = 0.0
    tried_at: float | None = None
    running: threading.Event | None = None
    waiting: int = 0


def life_of(headers: Mapping[str, str]) -> float:
    """Seconds that a fetched set may be kept, from its Cache-Control header."""
    control = headers.get("Cache-Control", "")
    if re.search(r"no-(store|cache)", control, re.IGNORECASE):
        return SHORTEST_LIFE
    stated = _MAX_AGE.search(control)
    if stated is None:
        return DEFAULT_LIFE
    return min(max(float(stated.group(1)), SHORTEST_LIFE), LONGEST_LIFE)


class KeyStore:
    """The keys of the clients of one process.

    ``clock`` gives seconds and never jumps. ``note`` is told issuer and reason when a fetch fails.
    """

    def __init__(
        self, clients: Iterable[Client], outgoing: Outgoing, clock: Callable[[], float], note: Note
    ) -> None:
        self._outgoing = outgoing
        self._clock = clock
        self._note = note
        self._lock = threading.Lock()
        self._held = {
            client.issuer: _Held(client.key_url) for client in clients if client.key_url is not None
        }

    def find(self, client: Client, kid: str) -> tuple[Key, ...]:
        """The keys of ``client`` with this kid, one or more. Raises TokenRefused when there is none."""
        if client.keys is not None:
            keys = client.keys
        else:
            held = self._held[client.issuer]
            keys = self._usable(held)
            if kid not in keys:
                self._wait_for_refresh(client.issuer, held)
                keys = self._usable(held)
            if not keys:
                raise TokenRefused("no-keys")
        found = keys.get(kid)
        if found is None:
            raise TokenRefused("unknown-key")
        return found

    def is_usable(self) -> bool:
        """Say whether any registered client could be let in: pinned keys, or a set that is still good."""
        return not self._held or any(self._usable(held) for held in self._held.values())

    def refresh_due(self) -> None:
        """Start the refreshes that are due; called by the keeper, not on the path of a hook."""
        now = self._clock()
        for issuer, held in self._held.items():
            pause = COOL_DOWN if held.keys else COLD_PAUSE
            if now >= held.refresh_at and (held.tried_at is None or now >= held.tried_at + pause):
                self._start(issuer, held)

    def _usable(self, held: _Held) -> Keys:
        return held.keys if self._clock() < held.useless_at else {}

    def _wait_for_refresh(self, issuer: str, held: _Held) -> None:
        now = self._clock()
        running = held.running
        if running is None:
            if held.tried_at is not None and now < held.tried_at + COOL_DOWN:
                return
            running = self._start(issuer, held)
        with self._lock:
            if held.waiting >= MOST_WAITING:
                return
            held.waiting += 1
        try:
            with while_waiting():
                running.wait(WAIT_SECONDS)
        finally:
            with self._lock:
                held.waiting -= 1

    def _start(self, issuer: str, held: _Held) -> threading.Event:
        """Start a refresh unless one is running; give what tells its end."""
        with self._lock:
            if held.running is not None:
                return held.running
            ended = held.running = threading.Event()
            held.tried_at = self._clock()
        threading.Thread(
            target=self._refresh, args=(issuer, held, ended), name="key-set", daemon=True
        ).start()
        return ended

    def _refresh(self, issuer: str, held: _Held, ended: threading.Event) -> None:
        try:
            fetched = self._fetch(held.url)
            keys, life = read_keys(fetched.body), life_of(fetched.headers)
            now = self._clock()
            held.keys, held.refresh_at, held.useless_at = keys, now + life / 2, now + life
        except OutgoingError as error:
            self._note(issuer, error.reason)
        except BadKeySet:
            self._note(issuer, "bad-key-set")
        finally:
            with self._lock:
                held.running = None
            ended.set()

    def _fetch(self, url: Destination) -> Fetched:
        fetched = self._outgoing.fetch(
            url, url.base, Budget.of(FETCH_SECONDS), max_bytes=MOST_BYTES, accept="application/json"
        )
        if fetched.status != 200:
            raise OutgoingError("status")
        if fetched.media_type not in MEDIA_TYPES:
            raise OutgoingError("content-type")
        return fetched
