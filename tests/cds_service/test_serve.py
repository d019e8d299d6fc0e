"""The served program, over a real socket."""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import orjson
import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.demo import running_service
from cds_service.settings import PREFIX
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A service of its own on a free loopback port."""
    with running_service() as base:
        yield urlsplit(base).netloc


def call(address: str, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
    """Send one request; an iterable of bytes goes out in chunks."""
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        connection.request(method, path, body, {**JSON, **headers})  # type: ignore[arg-type]
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@pytest.mark.requirement("CH-010", "CH-020", "INF-002")
def test_discovery_is_served_without_a_redirect(address: str) -> None:
    """CH-010, CH-020: the exact address answers."""
    status, body = call(address, "GET", "/cds-services")
    assert status == 200
    hooks = [service["hook"] for service in orjson.loads(body)["services"]]
    assert hooks == ["report-sign", "report-review", "patient-view", "order-sign"]


def test_a_body_in_chunks_is_answered(address: str) -> None:
    """A sign-off sent without a length is read like any other."""
    body = orjson.dumps(golden_request())
    status, answer = call(address, "POST", SIGN_OFF_PATH, (body[:500], body[500:]))
    assert (status, bool(orjson.loads(answer)["cards"])) == (200, True)


def test_a_body_in_chunks_cannot_be_too_large(address: str) -> None:
    """Leaving out the length does not get around the limit: 413."""
    status, answer = call(address, "POST", SIGN_OFF_PATH, (b" " * 65536 for _ in range(90)))
    assert (status, orjson.loads(answer)["resourceType"]) == (413, "OperationOutcome")


@pytest.mark.parametrize(
    ("arguments", "environment", "word"),
    [
        (["--host", "0.0.0.0"], {}, "loopback"),  # noqa: S104
        ([], {"PROFILE": "staging"}, "PROFILE"),
        ([], {"PROFILE": "production"}, "CLIENTS_FILE"),
        ([], {"CODES_FILE": __file__}, "codes.csv"),
    ],
)
def test_an_unsafe_start_is_refused(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], environment: dict[str, str], word: str
) -> None:
    """Exit status 4 with a line that says which setting, before anything listens."""
    # `serve` hands its address to the workers in the environment of the process; here that is all tests'.
    monkeypatch.setattr(os, "environ", os.environ.copy())
    variables = {PREFIX + name: value for name, value in environment.items()}
    result = CliRunner().invoke(main, ["serve", *arguments], env=variables)
    assert result.exit_code == 4
    assert word in result.stderr
