"""The service on a free port of this machine, for a browser."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from cds_service.app import create_app
from cds_service.golden_cases import GOLDEN_DATE
from cds_service.observe.log import open_log
from cds_service.settings import Settings
from cds_service.storage import prepare


class Served(NamedTuple):
    """A running service: its address and its application."""

    address: str
    app: Flask


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the service has a log of its own."""


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve with a database in ``folder``, on the day of the golden cases."""
    settings = Settings(database_url=f"sqlite:///{folder / 'cds.sqlite3'}")
    app = create_app(settings, today=lambda: GOLDEN_DATE, log=open_log(io.BytesIO()))
    house = app.extensions["house"]
    prepare(house.engine)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}", app)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        house.close()
