"""Permits: how many calls one worker works on; one more hears at once that it is busy.

The web server would let calls queue without end, and an answer that comes late is no answer for a clinician.
Of the calls that are let in a few compute at a time and the others stand in line, so that each is answered in
the order in which it came. A call that waits for somebody else, a FHIR server, the database or the rest of
its own body, leaves its turn to the next; when it waits for long, its permit too. So slow partners keep
nobody out. One that reads its body keeps its turn as long as the others have one: most bodies are there.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TURNS = 2
"""Calls that compute at a time: one, and another to go on with while it writes or reads a little."""
MOST_WAITING = 32
"""Calls that may wait for others without a permit; further ones keep theirs."""
PATIENCE = 0.02
"""Seconds for which a call that waits keeps its permit in any case."""


class Wait:
    """A call that waits for somebody else since a moment on the monotonic clock."""

    __slots__ = ("has_turn", "is_lent", "since")

    def __init__(self) -> None:
        self.since = time.monotonic()
        self.is_lent = False
        self.has_turn = False


class Permits:
    """The permits of one worker: ``most`` calls are let in, ``turns`` of them compute at a time."""

    def __init__(self, most: int, turns: int = TURNS, most_waiting: int = MOST_WAITING) -> None:
        self._most = most
        self._most_waiting = most_waiting
        self._free_turns = turns
        # Turns that may be kept by calls that wait: never the last one.
        self._to_keep = min(1, turns - 1)
        self._inside = 0
        self._lent = 0
        self._line: deque[threading.Lock] = deque()
        # Those that wait and have their permit, the longest first.
        self._waits: dict[Wait, None] = {}
        self._lock = threading.Lock()

    @property
    def inside(self) -> int:
        """How many permits are taken now."""
        return self._inside

    @property
    def lent(self) -> int:
        """How many calls wait for somebody else without a permit now."""
        return self._lent

    def take(self) -> bool:
        """Take a permit and wait for a turn; False at once when there is no permit."""
        with self._lock:
            if self._inside >= self._most and not self._borrow():
                return False
            self._inside += 1
            place = self._stand_in_line(self._line.append)
        if place is not None:
            place.acquire()
        return True

    def give_back(self) -> None:
        """Give back what ``take`` gave."""
        with self._lock:
            self._inside -= 1
            self._pass_on()

    def leave(self, *, for_a_moment: bool = False) -> Wait:
        """Leave one's turn, and after a while one's permit, to others; to be followed by ``come_back``.

        ``for_a_moment``: what is waited for is most likely there. Then the turn is kept, because to stand in
        line for another takes longer, but by one call at a time, so that the others always have a turn.
        """
        wait = Wait()
        with self._lock:
            self._waits[wait] = None
            if for_a_moment and self._to_keep:
                self._to_keep -= 1
                wait.has_turn = True
            else:
                self._pass_on()
        return wait

    def come_back(self, wait: Wait) -> None:
        """Go on after ``leave``, with the next turn: whoever has waited already does not wait again.

        A lent permit is there again at once, also when that makes one more than there are.
        """
        with self._lock:
            if wait.is_lent:
                self._lent -= 1
                self._inside += 1
            else:
                del self._waits[wait]
            if wait.has_turn:
                self._to_keep += 1
                return
            place = self._stand_in_line(self._line.appendleft)
        if place is not None:
            place.acquire()

    def _borrow(self) -> bool:
        """Free the permit of who has waited longest, if that is long enough."""
        longest = next(iter(self._waits), None)
        if longest is None or self._lent >= self._most_waiting:
            return False
        if time.monotonic() < longest.since + PATIENCE:
            return False
        del self._waits[longest]
        longest.is_lent = True
        self._lent += 1
        self._inside -= 1
        return True

    def _stand_in_line(self, stand: Callable[[threading.Lock], None]) -> threading.Lock | None:
        """Take a free turn; when there is none, a place in line that opens when the turn comes."""
        if self._free_turns:
            self._free_turns -= 1
            return None
        place = threading.Lock()
        place.acquire()
        stand(place)
        return place

    def _pass_on(self) -> None:
        """Give one's turn to the first in line."""
        if self._line:
            self._line.popleft().release()
        else:
            self._free_turns += 1


class _Held(threading.local):
    """The permits that this thread's call has one of."""

    permits: Permits | None = None


HELD = _Held()


@contextmanager
def while_waiting() -> Iterator[None]:
    """Let others work while this thread waits for somebody else; nothing happens where it has no permit."""
    permits = HELD.permits
    if permits is None:
        yield
        return
    wait = permits.leave()
    try:
        yield
    finally:
        permits.come_back(wait)
