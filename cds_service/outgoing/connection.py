"""The connection of an outgoing call: every address of the name is looked at, and one of those is
connected to.

Host header, server name indication and certificate check keep the registered name, because only the
socket is opened here.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from cds_service.outgoing.addresses import why_refused
from cds_service.outgoing.budget import Budget
from cds_service.outgoing.refusals import OutgoingFailed, OutgoingRefused

Resolve = Callable[[str, int], Sequence[str]]

# Looking up a name cannot be interrupted, so it happens in a thread that nobody waits for too long.
_RESOLVERS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolver")
_current = threading.local()


def system_resolver(host: str, port: int) -> list[str]:
    """Ask the system for every address of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Call:
    """One running call: what the time limit has to cut off, and how much time is left."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.is_cut = False
        self._watched: socket.socket | None = None
        self._adopted: list[socket.socket] = []
        self._lock = threading.Lock()

    def watch(self, watched: socket.socket | None) -> None:
        """Remember the socket this call is waiting for."""
        with self._lock:
            self._watched = watched
            if self.is_cut:
                _shut(watched)

    def adopt(self, handle: socket.socket) -> None:
        """Keep the handle of a closed connection until this call is over."""
        self._adopted.append(handle)

    def over(self) -> None:
        """Let go of everything."""
        self.watch(None)
        for handle in self._adopted:
            handle.close()

    def cut(self) -> None:
        """End the call now, whatever it is waiting for."""
        with self._lock:
            self.is_cut = True
            _shut(self._watched)


def _shut(watched: socket.socket | None) -> None:
    if watched is not None:
        with contextlib.suppress(OSError):
            watched.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def running(call: Call) -> Any:
    """Make ``call`` the one that connections of this thread belong to, and cut it off in time."""
    timer = threading.Timer(call.budget.remaining(), call.cut)
    timer.daemon = True
    _current.call = call
    timer.start()
    try:
        yield call
    finally:
        timer.cancel()
        _current.call = None
        call.over()


class GuardedAdapter(HTTPAdapter):
    """The transport for destinations with the same rights.

    ``resolve`` gives every address of a name. One that is refused refuses the call: a name that leads to a
    good and
    to a bad place is not to be trusted.
    """

    def __init__(self, resolve: Resolve, *, allow_private: bool, allow_loopback: bool) -> None:
        super().__init__(max_retries=0)

        def open_socket(connection: HTTPConnection) -> socket.socket:
            call: Call = _current.call
            addresses = _look_up(resolve, connection.host, connection.port or 0, call.budget)
            for address in addresses:
                reason = why_refused(address, allow_private=allow_private, allow_loopback=allow_loopback)
                if reason is not None:
                    raise OutgoingRefused(reason)
            return _connect(connection, addresses, call.budget)

        class Plain(_Watched, HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return self.keep(open_socket(self))

        class Secure(_Watched, HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return self.keep(open_socket(self))

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


class _Watched:
    """A connection that tells the running call of this thread which socket it uses.

    It keeps a second handle: the first one moves into the TLS layer before the handshake, and the
    time limit counts during the handshake, too.
    """

    _handle: socket.socket | None = None

    def keep(self, opened: socket.socket) -> socket.socket:
        self._handle = opened.dup()
        _current.call.watch(self._handle)
        return opened

    def request(self, *args: Any, **named: Any) -> None:
        call: Call = _current.call
        call.watch(self._handle)
        super().request(*args, **named)  # type: ignore[misc]

    def close(self) -> None:
        if self._handle is not None:
            call: Call | None = getattr(_current, "call", None)
            if call is None:
                self._handle.close()
            else:
                # An answer without a length is read after its connection was closed.
                call.adopt(self._handle)
            self._handle = None
        super().close()  # type: ignore[misc]


def _look_up(resolve: Resolve, host: str, port: int, budget: Budget) -> Sequence[str]:
    future: Future[Sequence[str]] = _RESOLVERS.submit(resolve, host.strip("[]"), port)
    try:
        addresses = future.result(budget.remaining())
    except FutureTimeout:
        future.cancel()
        raise OutgoingFailed("timeout") from None
    except OSError:
        raise OutgoingFailed("name-not-found") from None
    if not addresses:
        raise OutgoingFailed("name-not-found")
    return addresses


def _connect(connection: HTTPConnection, addresses: Sequence[str], budget: Budget) -> socket.socket:
    """Connect to the first address that answers; there is no second look-up."""
    for address in addresses:
        remaining = budget.remaining()
        if remaining <= 0:
            break
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        opened = socket.socket(family, socket.SOCK_STREAM)
        try:
            opened.settimeout(remaining)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.connect((address, connection.port or 0))
        except OSError:
            opened.close()
        else:
            return opened
    if budget.remaining() <= 0:
        raise ConnectTimeoutError(connection, "no time left")
    raise NewConnectionError(connection, "no address answered")
