"""Permits: how many requests one worker works on at a time; one more hears at once that it is busy.

The web server would let requests queue without end, and an answer that comes late is no answer for a
clinician. A request that waits for somebody else, a FHIR server or the rest of its own body, lends its permit
to others meanwhile, so that slow partners do not keep quick calls out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson
from werkzeug.wrappers import Response

from cds_service.errors import Overloaded, refusal_of

# Seconds until somebody who was refused may come again.
RETRY_AFTER_SECONDS = 1
MOST_WAITING = 32
"""Requests of one worker that may wait for others without a permit; more of them keep theirs."""
FREE = frozenset({"/healthz", "/readyz", "/metrics"})
"""What a monitor asks needs no permit: it must be answered when nothing else is."""

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Refused = Callable[[dict[str, Any], Response], None]


class Permits:
    """The permits of one worker: ``most`` to work with, and ``most_waiting`` that may be lent at a time."""

    def __init__(self, most: int, most_waiting: int = MOST_WAITING) -> None:
        self._most = most
        self._most_waiting = most_waiting
        self._working = 0
        self._waiting = 0
        self._lock = threading.Lock()

    @property
    def working(self) -> int:
        """How many are taken now."""
        return self._working

    @property
    def waiting(self) -> int:
        """How many are lent now."""
        return self._waiting

    def take(self) -> bool:
        """Take a permit; False when there is none."""
        with self._lock:
            if self._working >= self._most:
                return False
            self._working += 1
            return True

    def give_back(self) -> None:
        """Give back what ``take`` gave."""
        with self._lock:
            self._working -= 1

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Lend the permit of a request to others for as long as it waits.

        It has it again at once afterwards, also when that makes one more than there are: whoever has waited
        already does not wait again.
        """
        with self._lock:
            is_lent = self._waiting < self._most_waiting
            if is_lent:
                self._waiting += 1
                self._working -= 1
        try:
            yield
        finally:
            if is_lent:
                with self._lock:
                    self._waiting -= 1
                    self._working += 1


class _Arriving:
    """The body of a request that has a permit: waiting for the next piece of it needs none."""

    def __init__(self, stream: Any, permits: Permits) -> None:
        self._stream = stream
        self._permits = permits

    def read(self, *size: int) -> Any:
        """Read as the stream does."""
        with self._permits.lent():
            return self._stream.read(*size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def admit(app: WSGIApplication, permits: Permits, refused: Refused) -> WSGIApplication:
    """Put the permits in front of a WSGI application, before anything of a request is read.

    Without a permit the answer is 503 with Retry-After; ``refused`` is told of it, and may add headers.
    """
    status, body, headers = refusal_of(
        Overloaded("The service is busy. Send the request again.", retry_after=RETRY_AFTER_SECONDS)
    )
    text = orjson.dumps(body)

    def gate(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in FREE:
            return app(environ, start_response)
        if not permits.take():
            answer = Response(text, status, headers, content_type="application/json")
            refused(environ, answer)
            return answer(environ, start_response)
        try:
            environ["wsgi.input"] = _Arriving(environ["wsgi.input"], permits)
            return app(environ, start_response)
        finally:
            permits.give_back()

    return gate
