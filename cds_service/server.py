"""The web server: granian, set up in one way for everybody, and how it stops."""

from __future__ import annotations

import importlib
import ipaddress
import resource
import signal
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from granian.constants import Interfaces, SSLProtocols
from granian.log import LogLevels
from granian.server.mp import MPServer

from cds_service.observe.server_lines import SERVER_LOG
from cds_service.permits import MOST_WAITING
from cds_service.stopping import Notice, heed

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BACKLOG = 1024
# Connections of one worker, idle ones included; whoever comes beyond them waits without a word. Each needs an
# open file, and so do database, FHIR servers and the program itself.
CONNECTIONS, OTHER_FILES = 2048, 256
# Requests of one worker that are worked on, where nobody says how many.
PERMITS = 64
# Threads beyond those that work and those that wait: they tell others that the service is busy, and answer
# whoever looks after it.
SPARE_THREADS = 4
# Requests that are being answered have this long to end when the server stops.
STOP_SECONDS = 10


class Server(MPServer):
    """Granian that goes on for ``drain_seconds`` after SIGTERM, with notice given to every worker.

    SIGINT, or a second signal, stops it at once.
    """

    def __init__(self, target: str, notice: Notice, drain_seconds: float, **named: Any) -> None:
        super().__init__(target, **named)
        self._notice = notice
        self._drain_seconds = drain_seconds

    def signal_handler_interrupt(self, *arguments: Any, **named: Any) -> None:
        """Begin to stop, or stop."""
        is_first = not self._notice.is_given
        self._notice.give()
        if is_first and arguments[0] == signal.SIGTERM and self._drain_seconds > 0:
            timer = threading.Timer(self._drain_seconds, super().signal_handler_interrupt)
            timer.daemon = True
            timer.start()
        else:
            super().signal_handler_interrupt()  # type: ignore[no-untyped-call]


def run_server(
    target: str,
    host: str,
    port: int,
    workers: int,
    tls: tuple[Path | None, Path | None] = (None, None),
    *,
    permits: int = PERMITS,
    drain_seconds: float = 0,
) -> None:
    """Serve the WSGI application ``module:name`` until the process is told to stop.

    ``tls`` is the file of the certificate and that of its key; with them TLS 1.2 or newer is spoken.
    ``permits`` is what the application allows at a time (cds_service/permits.py): there are threads for all
    of them, for those that wait, and some more. A worker that dies is replaced.
    """
    notice = Notice()
    Server(
        target,
        notice,
        drain_seconds,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        websockets=False,
        workers=workers,
        blocking_threads=permits + MOST_WAITING + SPARE_THREADS,
        backlog=BACKLOG,
        backpressure=connections(),
        log_level=LogLevels.info,
        log_dictconfig=SERVER_LOG,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        ssl_cert=tls[0],
        ssl_key=tls[1],
        ssl_protocol_min=SSLProtocols.tls12,
    ).serve(target_loader=partial(_load, target, notice), wrap_loader=False)


def connections() -> int:
    """Let this process open as many files as the system permits; give how many connections that is for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(1, min(CONNECTIONS, soft - OTHER_FILES))


def _load(target: str, notice: Notice) -> WSGIApplication:
    module, _, name = target.partition(":")
    application: WSGIApplication = getattr(importlib.import_module(module), name)
    return heed(application, notice)


def is_loopback(host: str) -> bool:
    """Say whether only programs on this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
