"""The port of its own on which a monitor reads ``/metrics``, and the second hand behind it.

One worker serves the port for all. When it ends, another one takes over within a second. No more than one
tries, because it has to hold the lock of the folder first.
"""

from __future__ import annotations

import fcntl
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import ip_address
from multiprocessing.util import Finalize
from typing import IO, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from flask import Flask
from prometheus_client.exposition import ThreadingWSGIServer

from cds_service.observe.log import FAILURE_EVENT, places
from cds_service.observe.metrics import know_routes
from cds_service.observe.metrics_page import PATH, Counts, metrics_view
from cds_service.observe.metrics_shared import Shared
from cds_service.observe.metrics_watch import Watch
from cds_service.settings import Settings

EACH_SECONDS = 1.0
LOCK = "served.lock"
# A monitor sends its few lines at once.
READ_SECONDS = 5.0


class _Handler(WSGIRequestHandler):
    """One connection: cut when it stalls, and not a word of it in the log."""

    timeout = READ_SECONDS

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingWSGIServer):
    """The server, with a thread for each connection."""

    def handle_error(self, *_: object) -> None:
        """Leave a connection that broke: there is nobody to tell."""


class _ServerOfIPv6(_Server):
    address_family = socket.AF_INET6


def open_port(host: str, port: int, counts: Counts) -> ThreadingWSGIServer:
    """Listen on a port and answer ``/metrics`` there, in a thread of its own. Raises OSError."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        body, content_type = counts.page(environ.get("HTTP_ACCEPT", ""))
        start_response("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]

    kind = _ServerOfIPv6 if ip_address(host).version == 6 else _Server
    server: ThreadingWSGIServer = make_server(host, port, app, kind, _Handler)
    threading.Thread(target=server.serve_forever, name="metrics-port", daemon=True).start()
    return server


class Keeper:
    """The background work of one process: once a second its counts are left for the others, and where
    ``address`` names a port, one process serves it."""

    def __init__(self, counts: Counts, address: tuple[str, int] | None, log: Any) -> None:
        self.counts = counts
        self._address = address
        self._log = log
        self._lock: IO[bytes] | None = None
        self._server: ThreadingWSGIServer | None = None
        self._is_told = False
        self._has_failed = False

    def keep(self) -> None:
        """Do once what is due. Never raises: nothing that goes wrong here may end a worker's counting. What
        goes wrong again and again is said once."""
        try:
            self.counts.refresh()
            if self._address is not None and self._server is None and self._may_serve():
                self._serve(*self._address)
            if self._server is not None and self.counts.shared is not None:
                self.counts.shared.bury()
            self._has_failed = False
        except Exception as error:
            if not self._has_failed:
                self._log.error(FAILURE_EVENT, failure=places(error))
            self._has_failed = True

    def leave_last(self) -> None:
        """Leave what the last second brought, when the process ends."""
        with suppress(Exception):
            self.counts.refresh()

    def close(self) -> None:
        """Stop serving, so that another one may."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _may_serve(self) -> bool:
        shared = self.counts.shared
        if shared is None or self._lock is not None:
            return True
        try:
            lock = (shared.folder / LOCK).open("wb")
        except OSError:  # the folder cannot be written, which is said where counts are left
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return False
        self._lock = lock
        return True

    def _serve(self, host: str, port: int) -> None:
        try:
            self._server = open_port(host, port, self.counts)
        except OSError:
            if not self._is_told:
                self._is_told = True
                self._log.error("metrics", reason="port")


def open_metrics(app: Flask, settings: Settings, watch: Watch, log: Any) -> None:
    """Prepare the metrics of an application: ``app.extensions["metrics"]`` is the Keeper that a process which
    serves has to start. In the development profile ``/metrics`` is an address of the application, too."""
    shared = None if settings.metrics_folder is None else Shared(settings.metrics_folder)
    counts = Counts(watch.look, shared, log)
    if settings.profile == "development":
        app.add_url_rule(PATH, "metrics", metrics_view(counts), methods=["GET"])
    know_routes(rule.rule for rule in app.url_map.iter_rules())
    address = None if settings.metrics_port is None else (settings.metrics_host, settings.metrics_port)
    app.extensions["metrics"] = Keeper(counts, address, log)


def start_counting(keeper: Keeper) -> threading.Event:
    """Start the background work of a process that serves. Setting the event that comes back ends it."""
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            keeper.keep()
            stop.wait(EACH_SECONDS)
        keeper.close()

    threading.Thread(target=run, name="metrics", daemon=True).start()
    # Also runs in a forked worker, where atexit does not.
    Finalize(None, keeper.leave_last, exitpriority=0)
    return stop
