"""Every exception becomes one status and one body."""

from __future__ import annotations

import pytest
from werkzeug.exceptions import BadGateway, Conflict, Gone, MethodNotAllowed, NotFound

from cds_service import errors


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.BadRequest("text"), 400, "invalid"),
        (errors.BadRequest("text", code="value"), 400, "value"),
        (errors.DataMissing("text"), 412, "not-found"),
        (errors.BodyTooLarge("text"), 413, "too-long"),
        (errors.NotJson("text"), 415, "not-supported"),
        (errors.Overloaded("text"), 503, "transient"),
        (NotFound(), 404, "not-found"),
        (MethodNotAllowed(["POST"]), 405, "not-supported"),
        (Conflict("secret"), 409, "structure"),
        (Gone("secret"), 410, "structure"),
        (BadGateway("secret"), 500, "exception"),
        (ValueError("secret"), 500, "exception"),
        (errors.SettingsRefused(["secret"]), 500, "exception"),
    ],
)
def test_an_exception_has_one_status_and_one_code(error: Exception, status: int, code: str) -> None:
    """The status matrix holds, and no text of a foreign exception is handed on."""
    given, body, _ = errors.refusal_of(error)
    assert body is not None
    [issue] = body["issue"]  # type: ignore[misc]
    assert (given, issue["code"], issue["severity"]) == (status, code, "error")
    assert "secret" not in issue["diagnostics"]


def test_a_stranger_is_told_nothing() -> None:
    """CH-176: 401 has no body."""
    assert errors.refusal_of(errors.NotAuthenticated("why")) == (401, None, {"WWW-Authenticate": "Bearer"})


def test_headers_say_what_to_do() -> None:
    """405 names the methods, 503 the seconds to wait."""
    assert errors.refusal_of(MethodNotAllowed(["POST", "OPTIONS"]))[2] == {"Allow": "OPTIONS, POST"}
    assert errors.refusal_of(errors.Overloaded("text", retry_after=7))[2] == {"Retry-After": "7"}
