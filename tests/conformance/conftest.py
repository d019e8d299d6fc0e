"""The service for the conformance tests: as a test client, and served on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.cds_service.conftest import app, client, log_lines, log_stream

__all__ = ["app", "client", "log_lines", "log_stream", "served"]


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Keep the address of every request off standard error."""


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The service on a free port of loopback; gives its base address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
