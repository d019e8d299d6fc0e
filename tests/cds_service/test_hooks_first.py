"""A hook is answered alike before the web framework and inside it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client, TestResponse

from cds_service.app import create_app
from cds_service.observe.log import open_log
from cds_service.settings import Settings
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request
from tests.cds_service.trust.production import SIGN_OFF, Production

ID = "0b9f2a3c-1111-4222-8333-444455556666"

FROM_HERE = {"base_url": "http://127.0.0.1", "environ_overrides": {"REMOTE_ADDR": "127.0.0.1"}}
OVER_TLS = FROM_HERE | {"base_url": "https://cds.example.org"}

CALLS: dict[str, dict[str, Any]] = {
    "answered": {"json": golden_request()},
    "in Spanish": {"json": golden_request(), "headers": {"Accept-Language": "es"}},
    "not JSON": {"data": b"{", "content_type": "application/json"},
    "not said to be JSON": {"data": b"{}", "content_type": "text/plain"},
    "compressed": {"json": {}, "headers": {"Content-Encoding": "gzip"}},
    "another hook": {"json": golden_request() | {"hook": "other"}},
    "too long": {"data": b" " * 6_000_000, "content_type": "application/json"},
    "a stranger": {"json": golden_request(), "environ_overrides": {"REMOTE_ADDR": "192.0.2.1"}},
    "from a page": {"json": golden_request(), "headers": {"Origin": "https://ehr.example.org"}},
}


def told(response: TestResponse) -> dict[str, Any]:
    """What a caller sees of an answer, without the ids of its cards."""
    headers = {name: value for name, value in response.headers if name != "Content-Length"}
    body = orjson.loads(response.data) if response.data else None
    cards = None if body is None else [card["summary"] for card in body.get("cards", ())]
    refusal = None if cards else body
    return {"status": response.status, "headers": headers, "cards": cards, "refusal": refusal}


def framework(app: Flask) -> Client:
    """A caller of the web framework inside ``app``, past everything in front of it."""
    return Client(lambda environ, start: Flask.wsgi_app(app, environ, start), TestResponse)


@pytest.mark.parametrize("name", CALLS)
def test_both_ways_answer_alike(
    app: Flask, client: FlaskClient, log_lines: Callable[[], list[dict[str, Any]]], name: str
) -> None:
    """Status, headers, cards or refusal and the log line are the same, but for the time it took."""
    headers = CALLS[name].get("headers", {}) | {"X-Request-Id": ID}
    given = FROM_HERE | CALLS[name] | {"headers": headers}
    before, within = (each.post(SIGN_OFF_PATH, **given) for each in (client, framework(app)))
    assert told(before) == told(within)
    first, second = ({**line, "timestamp": 0, "duration_ms": 0} for line in log_lines())
    assert first == second


def test_our_own_fault_is_told_alike(tmp_path: Path, log_stream: io.BytesIO) -> None:
    """A crash is a 500 that says nothing, and two lines in the log: what was raised where, and the call."""

    def crash() -> date:
        raise ValueError("secret")

    settings = Settings(database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    app = create_app(settings, today=crash, log=open_log(log_stream))
    given = FROM_HERE | {"json": golden_request(), "headers": {"X-Request-Id": ID}}
    before, within = (each.post(SIGN_OFF_PATH, **given) for each in (app.test_client(), framework(app)))
    app.extensions["house"].close()
    assert (before.status_code, told(before)) == (500, told(within))
    lines = [orjson.loads(line)["event"] for line in log_stream.getvalue().splitlines()]
    assert lines == ["failure", "request"] * 2
    assert b"secret" not in log_stream.getvalue() + before.data


def test_a_body_that_breaks_off_is_refused(client: FlaskClient) -> None:
    """Less than was announced is a 400, also when what came is JSON."""
    response = client.post(
        SIGN_OFF_PATH,
        input_stream=io.BytesIO(orjson.dumps(golden_request())),
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": "4000000"},
    )
    assert response.status_code == 400


def test_nobody_unknown_is_answered(tmp_path: Path) -> None:
    """In production a hook without a token is a bare 401 by both ways."""
    service = Production(tmp_path)
    before = service.call(SIGN_OFF, None, golden_request())
    within = framework(service.app).post(SIGN_OFF, json=golden_request(), **OVER_TLS)
    for response in (before, within):
        assert (response.status_code, response.data) == (401, b"")
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert "Content-Type" not in response.headers
    assert [line["refused"] for line in service.log()] == ["no-token"] * 2
    service.house.close()
