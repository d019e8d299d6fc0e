"""Admission: the permits of a worker in front of its WSGI application, before anything of a call is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import orjson
from werkzeug.wrappers import Response

from cds_service.body_length import body_length
from cds_service.errors import Overloaded, refusal_of
from cds_service.permits import HELD, Permits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

# Seconds until somebody who was refused may come again.
RETRY_AFTER_SECONDS = 1
FREE = frozenset({"/healthz", "/readyz", "/metrics"})
"""What a monitor asks needs no permit: it must be answered when nothing else is."""

Refused = Callable[[dict[str, Any], Response], None]


class _Arriving:
    """The body of a call that has a permit: others work while the next piece of it is on its way.

    ``length`` is the number of bytes it has, None when nobody said.
    """

    def __init__(self, stream: Any, permits: Permits, length: int | None) -> None:
        self._stream = stream
        self._permits = permits
        self._left = length

    def read(self, *size: int) -> bytes:
        """Read as the stream does; nobody waits for the end of a body that is there."""
        if self._left == 0:
            return b""
        wait = self._permits.leave(for_a_moment=True)
        try:
            piece: bytes = self._stream.read(*size)
        finally:
            self._permits.come_back(wait)
        if self._left is not None:
            self._left -= len(piece)
        return piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def admit(app: WSGIApplication, permits: Permits, refused: Refused) -> WSGIApplication:
    """Put the permits in front of an application.

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
        HELD.permits = permits
        try:
            length = body_length(environ)
            environ["wsgi.input"] = _Arriving(environ["wsgi.input"], permits, length)
            return app(environ, start_response)
        finally:
            HELD.permits = None
            permits.give_back()

    return gate
