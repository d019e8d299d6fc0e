"""The web server: granian, set up in one way for everybody."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces, SSLProtocols

# A hook call computes, so more threads would only take turns; the few that there are let short
# requests pass while a long body is still arriving.
BLOCKING_THREADS = 2
BACKLOG = 1024


def run_server(
    target: str,
    host: str,
    port: int,
    workers: int,
    tls: tuple[Path | None, Path | None] = (None, None),
) -> None:
    """Serve the WSGI application ``module:name`` until the process is told to stop.

    ``tls`` is the file of the certificate and that of its key; with them TLS 1.2 or newer is spoken.
    """
    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        backlog=BACKLOG,
        log_level="warning",  # type: ignore[arg-type]
        respawn_failed_workers=True,
        ssl_cert=tls[0],
        ssl_key=tls[1],
        ssl_protocol_min=SSLProtocols.tls12,
    ).serve()


def is_loopback(host: str) -> bool:
    """Say whether only programs on this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
