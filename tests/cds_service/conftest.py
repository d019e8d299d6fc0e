"""The service under test: its application, a client and its log."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.observe.log import open_log
from cds_service.settings import Settings


@pytest.fixture
def log_stream() -> io.BytesIO:
    """What the service has logged, as bytes."""
    return io.BytesIO()


@pytest.fixture
def log_lines(log_stream: io.BytesIO) -> Callable[[], list[dict[str, Any]]]:
    """Give the log lines so far, parsed."""
    return lambda: [orjson.loads(line) for line in log_stream.getvalue().splitlines()]


@pytest.fixture
def app(log_stream: io.BytesIO, tmp_path: Path) -> Iterator[Flask]:
    """The service with default settings, but for a database of this test."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    app = create_app(settings, log=open_log(log_stream))
    yield app
    app.extensions["house"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller of the service."""
    return app.test_client()
