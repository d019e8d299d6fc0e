"""One GET to a FHIR server -> a JSON object, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cds_service.errors import RequestRefused
from cds_service.hooks.json_body import parse_json_object
from cds_service.outgoing import Budget, Destination, Outgoing, OutgoingFailed, OutgoingRefused

Resource = dict[str, object]

ACCEPT = "application/fhir+json"
# What servers call FHIR JSON: today's name, the plain one and that of DSTU2.
JSON_TYPES = frozenset({"application/fhir+json", "application/json", "application/json+fhir"})

# Why something could not be read: reason -> the words behind "the FHIR server".
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "timeout": "did not answer in time",
        "unreachable": "could not be reached",
        "breaker-open": "has not answered lately and was not asked",
        "not-permitted": "does not permit it with the token of this call",
        "not-found": "does not have it",
        "error": "answered with an error",
        "refused": "answered in a way that is not accepted, such as a redirect or too much data",
        "not-fhir": "did not answer with FHIR JSON",
        "other-type": "answered with something else than was asked for",
        "other-patient": "answered with data of another patient",
    }
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one read. ``resource`` is None when ``reason`` says why.

    ``query`` is what was asked for, relative to the server; ``status`` None when no answer came; ``seconds``
    what it took, None when nobody waited for its end.
    """

    query: str
    status: int | None = None
    resource: Resource | None = field(default=None, repr=False)
    reason: str = ""
    seconds: float | None = None


def read_json(
    outgoing: Outgoing,
    destination: Destination,
    query: str,
    url: str,
    token: str,
    budget: Budget,
    *,
    max_bytes: int,
    max_depth: int,
) -> Reply:
    """Read one address at or below the destination; whatever the server does ends with the budget.

    Never raises: a server that fails, lies or stalls gives a Reply with the reason.
    """
    try:
        # The breaker is asked once for all reads of a call (fill.py): the one that tries again makes several.
        fetched = outgoing.fetch(destination, url, budget, max_bytes=max_bytes, accept=ACCEPT, token=token)
    except OutgoingFailed as failed:
        return Reply(query, reason="timeout" if failed.reason == "timeout" else "unreachable")
    except OutgoingRefused:
        return Reply(query, reason="refused")
    if fetched.status != 200:
        return Reply(query, fetched.status, reason=_reason_of(fetched.status))
    if fetched.media_type not in JSON_TYPES:
        return Reply(query, fetched.status, reason="not-fhir")
    try:
        resource = parse_json_object(fetched.body, max_depth)
    except RequestRefused:
        return Reply(query, fetched.status, reason="not-fhir")
    if not isinstance(resource.get("resourceType"), str):
        return Reply(query, fetched.status, reason="not-fhir")
    if resource["resourceType"] == "OperationOutcome":
        return Reply(query, fetched.status, reason="error")
    return Reply(query, fetched.status, resource)


def _reason_of(status: int) -> str:
    if status in (401, 403):
        return "not-permitted"
    return "not-found" if status in (404, 410) else "error"
