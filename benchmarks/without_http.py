"""Both services called in this process, without a server: what Python does for one request."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.steps import per_request
from cds_service.app import create_app
from cds_service.observe.log import open_log
from cds_service.settings import Settings

PATH = "/cds-services/breast-calcification-report-sign"


def environ(body: bytes) -> dict[str, Any]:
    """The WSGI environment of one hook call from this machine."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": PATH,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def caller(app: Any, bodies: Sequence[bytes]) -> Callable[[int], bytes]:
    """Make a function that posts one of the bodies to a WSGI application and returns the answer."""
    statuses: list[str] = []

    def call(number: int) -> bytes:
        parts = app(environ(bodies[number]), lambda status, _, __=None: statuses.append(status))
        answer = b"".join(parts)
        parts.close()
        assert statuses.pop() == "200 OK"
        return answer

    return call


def without_http(bodies: Sequence[bytes]) -> tuple[float, float]:
    """Microseconds of the service and of the do-nothing service for one request, Flask included.

    The log is written, to nowhere; rows for the database are written by the thread behind the answers.
    """
    with open(os.devnull, "wb") as nowhere:
        ours = caller(create_app(Settings(), log=open_log(nowhere)).wsgi_app, bodies)
        os.environ["IDLE_ANSWER_BYTES"] = str(len(ours(0)))
        from benchmarks.idle import app  # reads the size of its answer when it is loaded

        return per_request(ours, len(bodies)), per_request(caller(app, bodies), len(bodies))
