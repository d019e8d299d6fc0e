"""Stopping: whether this service is about to stop, known in every worker of it.

``serve`` says so at SIGTERM and goes on answering for a while. ``/readyz`` is 503 from then on, and every
answer over HTTP/1 ends its connection, so that a proxy that keeps connections opens the next one elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from ctypes import c_bool
from multiprocessing.sharedctypes import RawValue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Notice:
    """One flag that a server and its workers share.

    It has no lock: a worker that is killed while it holds one would stop all others.
    """

    def __init__(self) -> None:
        self._flag: c_bool = RawValue(c_bool, False)

    @property
    def is_given(self) -> bool:
        """Say whether the service was told to stop."""
        return self._flag.value

    def give(self) -> None:
        """Tell every worker that the service is about to stop."""
        self._flag.value = True


# A process stops as a whole. Where nobody gives notice, under another web server, the list stays empty.
_heeded: list[Notice] = []


def is_stopping() -> bool:
    """Say whether this process was told that it is about to stop."""
    return any(notice.is_given for notice in _heeded)


def heed(app: WSGIApplication, notice: Notice) -> WSGIApplication:
    """Let this process know ``notice``; once it is given, each answer of ``app`` ends its connection."""
    _heeded[:] = [notice]

    def ending(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # HTTP/2 has no such header, and ends its connections by itself.
        if not notice.is_given or not environ["SERVER_PROTOCOL"].startswith("HTTP/1"):
            return app(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], error: OptExcInfo | None = None) -> Any:
            return start_response(status, [*headers, ("Connection", "close")])

        return app(environ, start)

    return ending
