"""The audit: who called which service about which patient and report, what fired, and who was turned away.

It alone holds references to patients and reports; the log has none. Its rows go to an append-only table
and, if the site names a file, to JSON lines.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cards.answer import Answer
from cds_service.call import Call
from cds_service.errors import TooManyCalls
from cds_service.hooks.hook_request import HookRequest
from cds_service.storage import audit
from cds_service.storage.rows import Row
from cds_service.storage.writer import Writer
from cds_service.trust.client import Caller, Client
from cds_service.trust.rate import RateLimit

HOOK_CALL = "hook-call"
REFUSED_CALL = "refused-call"
FHIR_READ = "fhir-read"

# Strangers cannot fill the disk: beyond this many a minute and worker, refusals stand in the log alone.
MOST_REFUSED = 60

# FHIR AuditEvent.outcome: success, minor failure (the caller's), serious failure (ours).
SUCCESS, CALLERS_FAULT, OUR_FAULT = "0", "4", "8"


def note_call(call: Call, hook_request: HookRequest) -> None:
    """Remember for the audit what the current call is about."""
    context = hook_request.context
    user = context.get("userId")
    call.audited = {
        "service": hook_request.service_id,
        "hook": hook_request.hook,
        "hook_instance": hook_request.hook_instance,
        "patient": _reference("Patient", context.get("patientId")),
        "report": _reference("DiagnosticReport", context.get("reportId")),
        "user": user if isinstance(user, str) else None,
    }


def note_result(call: Call, answer: Answer) -> None:
    """Remember for the audit what was answered: the model, the rules that fired, the number of cards."""
    audited, guidance = call.audited or {}, answer.guidance
    audited["cards"] = len(answer.cards)
    if guidance is not None:
        audited["model_version"] = guidance.model_version
        audited["guideline_profile"] = guidance.guideline_profile
        audited["rules"] = [rule.id for rule in guidance.rules]
    call.audited = audited


def _reference(kind: str, value: object) -> str | None:
    return f"{kind}/{value}" if isinstance(value, str) else None


def calls_audited(writer: Writer) -> Callable[[Call, int], None]:
    """Make what writes one audit row for every hook call that is answered or refused, and for every caller
    turned away; it takes the call and the status of its answer."""
    strangers = Caller(Client(issuer="", rate_per_minute=MOST_REFUSED))
    limit = RateLimit(time.monotonic)

    def write(call: Call, status: int) -> None:
        if call.audited is not None:
            writer.put(audit, _row(call, HOOK_CALL, _outcome(status), call.audited))
        elif call.refused is not None:
            try:
                limit.count(strangers)
            except TooManyCalls:
                return
            writer.put(audit, _row(call, REFUSED_CALL, CALLERS_FAULT, {"reason": call.refused}))

    return write


def audit_fhir_read(
    writer: Writer, call: Call, *, server: str, query: str, status: int | None, patient: str | None
) -> None:
    """Write an audit row for one read from a FHIR server.

    ``server`` is its registered base, ``query`` the type and parameters asked for, ``status`` None when it
    did not answer.
    """
    outcome = SUCCESS if status is not None and status < 400 else OUR_FAULT
    detail = {"server": server, "query": query, "status": status, "patient": patient}
    writer.put(audit, _row(call, FHIR_READ, outcome, detail))


def _outcome(status: int) -> str:
    return SUCCESS if status < 400 else CALLERS_FAULT if status < 500 else OUR_FAULT


def _row(call: Call, event: str, outcome: str, detail: Mapping[str, Any]) -> Row:
    """Make a row in the order of the table's columns."""
    caller = call.caller
    issuer, tenant, jti = ("", "", "") if caller is None else (caller.issuer, caller.tenant, caller.jti)
    known = {name: value for name, value in detail.items() if value is not None}
    return (datetime.now(UTC), event, outcome, issuer, tenant, jti, call.request_id, known)
