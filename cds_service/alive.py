"""``python -m cds_service.alive [PORT]``: does the service here answer? The health check of the container.

Exit status 0 when ``/healthz`` answers on loopback, 1 when not. Where the service has a certificate of its
own it is asked over TLS and must show that very certificate; the name in it is the public one, so no name
is compared.
"""

from __future__ import annotations

import os
import ssl
import sys
import urllib.request

CERTIFICATE = "CALCIFICATION_CDS_TLS_CERTIFICATE_FILE"
SECONDS = 2


def is_alive(port: int, certificate: str | None) -> bool:
    """Ask ``/healthz`` on loopback, over TLS when the service was given a certificate (a PEM file)."""
    scheme, context = "http", None
    if certificate:
        scheme, context = "https", ssl.create_default_context(cafile=certificate)
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    address = f"{scheme}://127.0.0.1:{port}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=SECONDS, context=context) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    sys.exit(not is_alive(port, os.environ.get(CERTIFICATE)))
