"""The console of a development service, on the day of the golden cases."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.golden_cases import GOLDEN_DATE
from cds_service.observe.log import open_log
from cds_service.settings import Settings


@pytest.fixture(scope="module")
def console_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A service in the development profile with a database of its own."""
    folder = tmp_path_factory.mktemp("console")
    settings = Settings(database_url=f"sqlite:///{folder / 'cds.sqlite3'}")
    app = create_app(settings, today=lambda: GOLDEN_DATE, log=open_log(io.BytesIO()))
    yield app
    app.extensions["house"].close()


@pytest.fixture
def console(console_app: Flask) -> FlaskClient:
    """A browser without script in front of it."""
    return console_app.test_client()
