"""The one error shape: every path that can produce an error answers in it.

The body is an OperationOutcome with exactly one issue, whose members are severity ``error``,
a ``code`` of the FHIR IssueType value set, ``diagnostics`` and, where a member is to blame,
``expression`` with its name. The one exception is 401, which is bare.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cds_service import errors
from tests.cds_service.golden import (
    SIGN_OFF_PATH,
    VIEWING_PATH,
    golden_request,
    prefetched_request,
    resources_of,
)

ISSUE_TYPES = {
    "invalid",
    "structure",
    "required",
    "value",
    "login",
    "not-supported",
    "not-found",
    "too-long",
    "business-rule",
    "transient",
    "exception",
}


def assert_error_shape(response: TestResponse, status: int, expression: str | None = None) -> None:
    """Assert the status and the one shape of an error."""
    assert response.status_code == status
    assert response.content_type == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    body = response.get_json()
    assert set(body) == {"resourceType", "issue"}
    assert body["resourceType"] == "OperationOutcome"
    [issue] = body["issue"]
    expected = {"severity", "code", "diagnostics"} | ({"expression"} if expression else set())
    assert set(issue) == expected
    assert issue["severity"] == "error"
    assert issue["code"] in ISSUE_TYPES
    assert issue["diagnostics"].strip()
    assert "Traceback" not in issue["diagnostics"]
    assert issue.get("expression") == ([expression] if expression else None)


def post(client: FlaskClient, body: object, path: str = SIGN_OFF_PATH, **rest: Any) -> TestResponse:
    """Post a value, or bytes as they are."""
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return client.post(path, data=data, **({"content_type": "application/json"} | rest))


@pytest.mark.requirement("CH-007", "CH-062", "CH-104", "CH-105")
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"hook":"x",}', b'{"a":1,"a":2}', b"[" * 10_000, b"\xff\xfe{\x00}\x00"],
)
def test_a_body_that_is_no_json_object(client: FlaskClient, body: bytes) -> None:
    """Malformed, nested too deeply or not an object: 400."""
    assert_error_shape(post(client, body), 400)


def drop(*path: str) -> Callable[[Any], object]:
    """Make a change that removes one member."""

    def change(body: Any) -> None:
        for name in path[:-1]:
            body = body[name]
        del body[path[-1]]

    return change


@pytest.mark.requirement("CH-051", "CH-053", "CH-061", "CH-105")
@pytest.mark.parametrize(
    ("expression", "change"),
    [
        ("hook", drop("hook")),
        ("hookInstance", drop("hookInstance")),
        ("context", drop("context")),
        ("context.userId", drop("context", "userId")),
        ("context.patientId", drop("context", "patientId")),
        ("context.reportId", drop("context", "reportId")),
        ("context.status", drop("context", "status")),
        ("hook", lambda body: body.update(hook="patient-view")),
        ("context.status", lambda body: body["context"].update(status="signed")),
        ("context.report", lambda body: body["context"].update(report={"resourceType": "Bundle"})),
        ("context.report.entry", lambda body: body["context"]["report"].update(entry={})),
        ("prefetch.patient", lambda body: body.update(prefetch={"patient": "123"})),
        (
            "Observation.subject",
            lambda body: resources_of(body, "Observation")[0]["subject"].update(reference="Patient/x"),
        ),
    ],
)
def test_a_member_is_to_blame(client: FlaskClient, expression: str, change: Callable[[Any], object]) -> None:
    """Missing, mistyped or of another patient: 400 with the member's name."""
    body = golden_request()
    change(body)
    assert_error_shape(post(client, body), 400, expression)


@pytest.mark.requirement("CH-060")
@pytest.mark.parametrize("version", ["dstu2", "stu3"])
def test_resources_of_an_older_fhir_version(client: FlaskClient, version: str) -> None:
    """A report in the shape of DSTU2 or STU3: 400, not a guess (CH-060)."""
    body = golden_request()
    [report, *_] = resources_of(body, "DiagnosticReport")
    for name in ("conclusionCode", "resultsInterpreter", "imagingStudy"):
        report.pop(name, None)
    if version == "dstu2":
        report["performer"] = report["performer"][0]
        report["codedDiagnosis"] = [{"text": "BI-RADS 2"}]
        report["request"] = report.pop("basedOn")
        report["image"] = []
    else:
        report["performer"] = [{"actor": report["performer"][0]}]
        report["codedDiagnosis"] = [{"text": "BI-RADS 2"}]
        report["context"] = {"reference": "Encounter/1"}
    assert_error_shape(post(client, body), 400, "context.report")


@pytest.mark.requirement("CH-009", "CH-050")
@pytest.mark.parametrize(
    "path", ["/cds-services/", "/cds-services/unknown", "/cds-services/unknown/feedback", "/x"]
)
def test_an_address_where_nothing_is(client: FlaskClient, path: str) -> None:
    """An unknown service or address: 404, and never a redirect."""
    assert_error_shape(client.get(path, base_url="http://localhost"), 404)
    assert_error_shape(post(client, golden_request(), path, base_url="http://localhost"), 404)


@pytest.mark.requirement("CH-009", "CH-050")
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", SIGN_OFF_PATH, "OPTIONS, POST"),
        ("PUT", SIGN_OFF_PATH, "OPTIONS, POST"),
        ("DELETE", VIEWING_PATH, "OPTIONS, POST"),
        ("POST", "/cds-services", "GET, HEAD, OPTIONS"),
        ("POST", "/healthz", "GET, HEAD, OPTIONS"),
        ("POST", "/readyz", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_is_not_taken(client: FlaskClient, method: str, path: str, allowed: str) -> None:
    """A wrong method: 405, and Allow names the right ones."""
    response = client.open(path, method=method)
    assert_error_shape(response, 405)
    assert response.headers["Allow"] == allowed


@pytest.mark.requirement("CH-076", "CH-104")
def test_data_that_did_not_come(client: FlaskClient) -> None:
    """No report in context or prefetch: 412."""
    body = golden_request()
    del body["context"]["report"]
    assert_error_shape(post(client, body), 412, "prefetch.report")


@pytest.mark.requirement("CH-009", "CH-062")
def test_a_body_that_is_too_large(client: FlaskClient) -> None:
    """More than 5 MiB: 413."""
    body = golden_request() | {"padding": "x" * (5 * 1024 * 1024)}
    assert_error_shape(post(client, body), 413)


@pytest.mark.requirement("CH-009", "CH-104")
@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/json", "application/xml", "", "application/jsonx"]
)
def test_a_body_that_does_not_say_it_is_json(client: FlaskClient, content_type: str) -> None:
    """Any other content type, or none: 415."""
    assert_error_shape(post(client, golden_request(), content_type=content_type), 415, "Content-Type")


def test_a_compressed_body(client: FlaskClient) -> None:
    """A body in a content coding: 415, because nobody agreed on one."""
    response = post(client, golden_request(), headers={"Content-Encoding": "gzip"})
    assert_error_shape(response, 415, "Content-Encoding")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/fhir+json",
        "application/json+fhir; charset=UTF-8",
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*", "application/fhir+json;q=0", ""])
def test_json_types_and_any_accept_header_are_served(
    client: FlaskClient, content_type: str, accept: str
) -> None:
    """What EHRs really send is answered with JSON, whatever they say they accept."""
    response = post(client, golden_request(), content_type=content_type, headers={"Accept": accept})
    assert (response.status_code, response.content_type) == (200, "application/json")


def raising(error: Exception) -> Callable[[], Any]:
    """Make a view that fails."""

    def view() -> Any:
        raise error

    return view


@pytest.mark.requirement("CH-104")
def test_our_own_fault(app: Flask) -> None:
    """Anything unforeseen: 500 that says nothing of the cause."""
    app.add_url_rule("/fault", "fault", raising(KeyError("Patient/1 Example")))
    response = app.test_client().get("/fault")
    assert_error_shape(response, 500)
    assert b"Example" not in response.data


@pytest.mark.requirement("CH-009")
def test_something_is_down(app: Flask) -> None:
    """A part that is down: 503 with the seconds to wait."""
    app.add_url_rule("/down", "down", raising(errors.Overloaded("The database is down.", retry_after=3)))
    response = app.test_client().get("/down")
    assert_error_shape(response, 503)
    assert response.headers["Retry-After"] == "3"


def test_a_stranger(app: Flask) -> None:
    """401 is bare: no body and no reason."""
    app.add_url_rule("/stranger", "stranger", raising(errors.NotAuthenticated("the reason")))
    response = app.test_client().get("/stranger")
    assert (response.status_code, response.data) == (401, b"")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.requirement("CH-070")
def test_a_prefetch_in_either_form_is_answered_alike(client: FlaskClient) -> None:
    """A read and a search give the same cards (CH-070)."""
    one = prefetched_request()
    two = prefetched_request()
    two["prefetch"]["report"] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": two["prefetch"]["report"]}],
    }
    first, second = (
        [card["summary"] for card in post(client, body).get_json()["cards"]] for body in (one, two)
    )
    assert first
    assert first == second
