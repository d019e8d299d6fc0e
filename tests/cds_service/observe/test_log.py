"""One JSON line a request, and nothing of the patient in it."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cds_service.golden import SIGN_OFF_PATH, golden_request

Lines = Callable[[], list[dict[str, Any]]]
CANARY = "CANARY-7f3a"


def test_an_answered_call_is_one_line(client: FlaskClient, log_lines: Lines) -> None:
    """Route, service, status, duration, model version, cards, rules and request id, and no more."""
    response = client.post(SIGN_OFF_PATH, json=golden_request())
    [line] = log_lines()
    assert set(line) == {
        "event",
        "level",
        "timestamp",
        "request_id",
        "method",
        "route",
        "status",
        "duration_ms",
        "service",
        "cards",
        "model_version",
        "rules",
    }
    assert (line["event"], line["route"], line["status"]) == ("request", SIGN_OFF_PATH, 200)
    assert line["service"] == "breast-calcification-report-sign"
    assert line["cards"] == len(response.get_json()["cards"])
    assert "R-CC-01" in line["rules"]
    assert line["request_id"] == response.headers["X-Request-Id"]


def test_a_refused_call_is_one_line(client: FlaskClient, log_lines: Lines) -> None:
    """A 404 is logged with no path, because a path can hold anything."""
    client.get(f"/cds-services/{CANARY}")
    [line] = log_lines()
    assert (line["route"], line["status"]) == ("unknown", 404)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0b9f2a3c-1111-4222-8333-444455556666", True), (CANARY, False), ("", False)],
)
def test_a_request_id_is_kept_only_when_it_is_a_uuid(client: FlaskClient, given: str, kept: bool) -> None:
    """A caller's id joins its log with ours; any other text could be data."""
    response = client.get("/healthz", headers={"X-Request-Id": given})
    assert (response.headers["X-Request-Id"] == given) is kept


def mark_everything(value: Any) -> Any:
    """Append the canary to every free text, id and reference of a request."""
    if isinstance(value, dict):
        fixed = {"resourceType", "hook", "hookInstance", "status", "system", "code", "intent", "userId"}
        return {
            name: member if name in fixed and isinstance(member, str) else mark_everything(member)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [mark_everything(item) for item in value]
    if isinstance(value, str) and not value[:4].isdigit():
        return f"{value}-{CANARY}"
    return value


def marked_bodies() -> dict[str, bytes]:
    """Requests full of canaries: answered, refused, malformed and crashing ones."""
    good = mark_everything(golden_request())
    wrong_patient = mark_everything(golden_request())
    wrong_patient["context"]["patientId"] = CANARY
    nameless = mark_everything(golden_request())
    nameless["hook"] = CANARY
    stray = {**good, CANARY: CANARY, "fhirAuthorization": {"access_token": CANARY}}
    return {
        "answered": orjson.dumps(good),
        "wrong-patient": orjson.dumps(wrong_patient),
        "wrong-hook": orjson.dumps(nameless),
        "half-an-authorization": orjson.dumps(stray),
        "malformed": orjson.dumps(good)[:-1] + CANARY.encode(),
        "not-json": CANARY.encode(),
    }


@pytest.mark.parametrize("kind", marked_bodies())
def test_no_canary_is_logged(client: FlaskClient, log_stream: io.BytesIO, kind: str) -> None:
    """Neither the log nor an error holds anything of the body, a header or the address."""
    response = client.post(
        f"{SIGN_OFF_PATH}?q={CANARY}",
        data=marked_bodies()[kind],
        content_type="application/json",
        headers={"Authorization": f"Bearer {CANARY}", "User-Agent": CANARY, "X-Request-Id": CANARY},
    )
    assert (response.status_code == 200) is (kind == "answered")
    assert log_stream.getvalue()
    assert CANARY.encode() not in log_stream.getvalue()
    if response.status_code != 200:
        assert CANARY.encode() not in response.data


def test_a_crash_is_logged_without_message_and_variables(
    app: Flask, log_stream: io.BytesIO, log_lines: Lines
) -> None:
    """The line says what was raised and where, and no more."""

    def view() -> Any:
        name = CANARY
        raise ValueError(name)

    app.add_url_rule("/fault", "fault", view)
    app.test_client().get("/fault")
    failure, request = log_lines()
    assert failure["failure"][0] == "ValueError"
    assert failure["failure"][-1].startswith("test_log.py:")
    assert (request["status"], failure["request_id"]) == (500, request["request_id"])
    assert CANARY.encode() not in log_stream.getvalue()


def test_the_http_client_does_not_log_addresses(app: Flask) -> None:
    """The library below the FHIR client is held to warnings, because its lines have patient ids."""
    assert app
    assert logging.getLogger("urllib3").level == logging.WARNING
