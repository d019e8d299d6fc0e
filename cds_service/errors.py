"""The tree of exceptions and the one error shape.

::

    ServiceError
    ├── RequestRefused              an HTTP request that gets no answer; body: OperationOutcome
    │   ├── BadRequest          400 not JSON, a member missing or mistyped, another patient's data
    │   ├── NotAuthenticated    401 bare: no body, no reason (CH-176)
    │   ├── Forbidden           403 this way of calling is not open, whoever calls
    │   ├── DataMissing         412 the data an answer needs did not come (CH-076)
    │   ├── BodyTooLarge        413
    │   ├── NotJson             415
    │   ├── TooManyCalls        429 with Retry-After
    │   └── Overloaded          503 with Retry-After
    └── SettingsRefused             the service does not start; exit status 4

Anything else that is raised while a request is answered is our fault: 500. No error carries a
value from the request: they name members, never contents.
"""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.exceptions import HTTPException

SEVERITY = "error"


class ServiceError(Exception):
    """Everything this service raises on purpose."""


class RequestRefused(ServiceError):
    """A request that gets no answer.

    ``diagnostics`` says what is wrong and what to do, ``expression`` names the member to
    blame (``context.patientId``), ``code`` is from the FHIR IssueType value set.
    """

    status = 400
    code = "invalid"

    def __init__(
        self,
        diagnostics: str,
        *,
        expression: str | None = None,
        code: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(diagnostics)
        self.diagnostics = diagnostics
        self.expression = expression
        self.code = code or type(self).code
        self.retry_after = retry_after


class BadRequest(RequestRefused):
    """400: the request is not what CDS Hooks or this service's hook asks for."""


class NotAuthenticated(RequestRefused):
    """401: the caller is not known. The answer never says why."""

    status = 401
    code = "login"


class Forbidden(RequestRefused):
    """403: this way of calling is not open, whoever calls: without TLS, or from another machine."""

    status = 403
    code = "forbidden"


class DataMissing(RequestRefused):
    """412: the data an answer needs are neither in the request nor obtainable (CH-076)."""

    status = 412
    code = "not-found"


class BodyTooLarge(RequestRefused):
    """413: the request is larger than this service reads."""

    status = 413
    code = "too-long"


class NotJson(RequestRefused):
    """415: the request does not say that it is JSON."""

    status = 415
    code = "not-supported"


class TooManyCalls(RequestRefused):
    """429: the client is over its rate; ``retry_after`` is in seconds."""

    status = 429
    code = "throttled"


class Overloaded(RequestRefused):
    """503: something this answer needs is down for now; ``retry_after`` is in seconds."""

    status = 503
    code = "transient"


class SettingsRefused(ServiceError):
    """The service does not start with these settings. ``reasons`` has one line a setting."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def operation_outcome(code: str, diagnostics: str, expression: str | None = None) -> dict[str, object]:
    """Build the body of every error: an OperationOutcome with exactly one issue (CH-104)."""
    issue: dict[str, object] = {"severity": SEVERITY, "code": code, "diagnostics": diagnostics}
    if expression:
        issue["expression"] = [expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


# What the web framework refuses by itself: status -> (IssueType, sentence).
FRAMEWORK_REFUSALS: Mapping[int, tuple[str, str]] = {
    400: ("structure", "The request could not be read. Send a complete HTTP request with a JSON body."),
    404: ("not-found", "Nothing is served at this address. GET /cds-services lists the services."),
    405: ("not-supported", "This address does not take that method. The Allow header names those it takes."),
    413: ("too-long", "The request is larger than this service reads."),
    415: ("not-supported", "Send the request as application/json."),
}


def refusal_of(error: Exception) -> tuple[int, dict[str, object] | None, dict[str, str]]:
    """Turn an exception into status, body (None for a bare 401) and extra headers.

    An HTTPException of the framework keeps its status and its Allow header; everything that
    is not a refusal is a 500 that says nothing about its cause.
    """
    if isinstance(error, NotAuthenticated):
        return 401, None, {"WWW-Authenticate": "Bearer"}
    if isinstance(error, RequestRefused):
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return error.status, operation_outcome(error.code, error.diagnostics, error.expression), headers
    if isinstance(error, HTTPException) and error.code is not None and 400 <= error.code < 500:
        code, text = FRAMEWORK_REFUSALS.get(error.code, FRAMEWORK_REFUSALS[400])
        allowed = getattr(error, "valid_methods", None)
        headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
        return error.code, operation_outcome(code, text), headers
    return 500, operation_outcome("exception", "The service failed to answer. The failure is logged."), {}
