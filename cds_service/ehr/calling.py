"""What an EHR does around one hook: discovery, context, prefetch, the call (CH-020, CH-050, CH-070)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import uuid4

from cds_service.ehr.partner import Partner, Reply
from cds_service.fhir.templates import filled

Json = Mapping[str, object]

JSON = "application/json"
# The one hook of ours that is about a patient and names no report.
VIEWING = "patient-view"
ABSENT_STATUSES = (404, 410)


class Unusable(Exception):
    """A partner answered, and the answer is no use; the message says which one and why."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The prefetch of one call, and a sentence for each key that could not be filled."""

    prefetch: dict[str, object] = field(repr=False)
    notes: tuple[str, ...]


def discover(service: Partner, token: str | None) -> list[Json]:
    """Read the services a CDS service offers. Raises Unusable or OutgoingError."""
    reply = service.get("cds-services", JSON, token)
    offered = None if reply.body is None else reply.body.get("services")
    if reply.status != 200 or not isinstance(offered, list):
        raise Unusable(
            f"discovery answered {reply.status} without a list of services {reply.outcome}".rstrip()
        )
    return [each for each in offered if isinstance(each, dict)]


def choose(offered: list[Json], hook: str) -> Json:
    """Find the service for a hook. Raises Unusable, naming the hooks there are."""
    for each in offered:
        if each.get("hook") == hook and isinstance(each.get("id"), str):
            return each
    known = ", ".join(str(each.get("hook")) for each in offered)
    raise Unusable(f"no service for the hook {hook}; discovery has {known or 'none'}")


def read_report(server: Partner, report_id: str) -> Json:
    """Read the report that was signed. Raises Unusable or OutgoingError."""
    ident = quote(report_id, safe="")
    reply = server.get(f"DiagnosticReport/{ident}")
    if reply.status != 200 or reply.body is None or reply.body.get("resourceType") != "DiagnosticReport":
        raise Unusable(
            f"DiagnosticReport/{report_id} could not be read: {reply.status} {reply.outcome}".rstrip()
        )
    return reply.body


def context_of(report: Json, hook: str, user: str) -> dict[str, object]:
    """Build the hook's context from the report. Raises Unusable when the report names no patient."""
    subject = report.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    kind, _, patient = str(reference).rpartition("/")
    if kind.rpartition("/")[2] != "Patient":
        raise Unusable("the report's subject is no reference to a Patient")
    context: dict[str, object] = {"userId": user, "patientId": patient}
    if hook == VIEWING:
        return context
    code = report.get("code")
    return context | {
        "reportId": report.get("id"),
        "status": report.get("status"),
        "category": report.get("category") or [],
        "procedure": [code] if isinstance(code, dict) else [],
    }


def fill(server: Partner, chosen: Json, context: Mapping[str, object]) -> Filled:
    """Fill every prefetch template from the FHIR server. Raises OutgoingError when it is away.

    What is not there becomes null, what could not be read the server's OperationOutcome, or is left out.
    """
    prefetch: dict[str, object] = {}
    notes: list[str] = []
    templates = chosen.get("prefetch")
    for key, template in (templates if isinstance(templates, dict) else {}).items():
        query = filled(str(template), context)
        if query is None:
            notes.append(f"{key}: the template needs what this call does not have: {template}")
            continue
        reply = server.search(query) if "?" in query else server.get(query)
        if reply.status == 200 and reply.body is not None:
            prefetch[key] = reply.body
        elif reply.status in ABSENT_STATUSES:
            prefetch[key] = None
            notes.append(f"{key}: the FHIR server does not have {query}")
        else:
            if reply.outcome:
                prefetch[key] = reply.body
            notes.append(f"{key}: {query} was answered with {reply.status} {reply.outcome}".rstrip())
    return Filled(prefetch, tuple(notes))


def hook_request(
    chosen: Json, context: Json, prefetch: Mapping[str, object], server: Partner, *, may_read: bool
) -> dict[str, object]:
    """Build the request; with ``may_read`` the service gets the FHIR server's token, to read for itself."""
    request: dict[str, object] = {
        "hook": chosen["hook"],
        "hookInstance": str(uuid4()),
        "fhirServer": server.base,
        "context": context,
    }
    if may_read and server.token is not None:
        request["fhirAuthorization"] = {
            "access_token": server.token,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "patient/*.read",
            "subject": "calcification-cds-invoke",
            "patient": context["patientId"],
        }
    return request | ({"prefetch": dict(prefetch)} if prefetch else {})


def call(service: Partner, chosen: Json, request: Json, token: str | None) -> Reply:
    """Post the request. Raises OutgoingError."""
    return service.send("POST", f"cds-services/{chosen['id']}", request, JSON, token)
