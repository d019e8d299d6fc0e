"""How every test runs: the clock stands still off UTC, the network ends at loopback."""

from __future__ import annotations

import ipaddress
import os
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import hypothesis
import pytest
import time_machine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.schemas import hold

pytest_plugins = ["tests.missing"]

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
# Thirteen hours ahead of UTC: a date taken from the wrong clock is then often the wrong date.
ZONE = "Pacific/Tongatapu"

hypothesis.settings.register_profile("default", deadline=None, derandomize=True)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=5000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

os.environ["TZ"] = ZONE
time.tzset()


@pytest.fixture(autouse=True)
def now() -> Iterator[datetime]:
    """Stand still at noon UTC on 4 May 2026, the moment of the golden cases."""
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture(autouse=True, scope="session")
def answers_keep_their_schema() -> Iterator[None]:
    """Hold every answer that any test gets from the service to its published schema."""
    plain = FlaskClient.open

    def held(self: FlaskClient, *arguments: object, **named: object) -> TestResponse:
        return hold(plain(self, *arguments, **named))  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FlaskClient, "open", held)
        yield


def _is_loopback(host: object) -> bool:
    if host in ("localhost", b"localhost", "", None):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection and every name look-up that would leave this machine."""
    connect = socket.socket.connect
    look_up = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and not _is_loopback(address[0]):  # type: ignore[index]
            raise RuntimeError("a test tried to leave this machine")
        connect(self, address)  # type: ignore[arg-type]

    def guarded_look_up(host: object, *rest: object, **named: object) -> object:
        if not _is_loopback(host):
            raise RuntimeError("a test tried to look up a name on the network")
        return look_up(host, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
