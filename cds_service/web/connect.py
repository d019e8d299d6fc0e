"""Connect: a FHIR server is called as an EHR would, for one page at a time.

The address and the access token live in the form of the page alone: the address is registered for the request
that carries it, the token goes to that server and nowhere else, and both are forgotten with the request. The
token stands in no page, not even in the one that answers it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Response, request

from cards.reading.exam_type import read_exam
from cards.reading.resources import Resources
from cards.terminology import Terminology
from cds_service.ehr.calling import Unusable, context_of, fill, hook_request, read_report
from cds_service.ehr.partner import Partner, resources_of
from cds_service.errors import RequestRefused
from cds_service.hooks.service import Service
from cds_service.outgoing import Outgoing, OutgoingFailed, OutgoingRefused, register
from cds_service.web.checklist import checklist
from cds_service.web.console import console, language, page
from cds_service.web.desk import desk
from cds_service.web.outcome import Outcome, outcome_of
from cds_service.web.pasted import USER
from cds_service.web.refused import Refused, refused_by
from cds_service.web.understood import Phrases

Json = Mapping[str, object]

HOOK = "report-sign"
MOST_REPORTS = 100
NO_MAMMOGRAPHY = "not_mammography"
# What a header can carry (RFC 6750: b64token), and no more than servers take.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,8192}=*")


class ListedReport(NamedTuple):
    """One report of the server: its id, patient, exam date as sent, kind of exam and words of its code."""

    ident: str
    patient: str
    day: str
    kind: str
    words: str


@console.route("/connect", methods=["GET", "POST"])
def connect() -> Response:
    """Ask for an address, list its mammography reports, sign one of them as an EHR would."""
    base = request.form.get("base", "").strip()
    token = request.form.get("token", "").strip().removeprefix("Bearer ").strip()
    report_id = request.form.get("report", "")
    listed: list[ListedReport] | None = None
    outcome: Outcome | None = None
    notes: tuple[str, ...] = ()
    refused: Refused | None = None
    try:
        if request.method == "POST":
            server = partner(base, token, desk().outgoing)
            if report_id:
                body, said = signed(server, report_id, desk().service_for(HOOK))
                notes = tuple(without(token, each) for each in said)
                outcome = outcome_of(body, desk(), language(), request.host_url)
            else:
                listed = reports_of(server, desk().line.terminology)
    except Refused as reason:
        refused = reason
    except RequestRefused as reason:
        refused = refused_by(reason)
    except OutgoingRefused as reason:
        refused = Refused("bad_address", f"The address was refused: {reason.reason}.")
    except OutgoingFailed as reason:
        refused = Refused("server_away", f"The call failed: {reason.reason}.")
    except Unusable as reason:
        refused = Refused("server_unusable", str(reason))
    if refused is not None:
        refused.detail = without(token, refused.detail)
    return page(
        "connect.html",
        200 if refused is None else refused.status,
        base=base,
        listed=listed,
        outcome=outcome,
        refused=refused,
        checks=() if outcome is None else checklist(outcome.answer, notes, language()),
        say=Phrases(language()),
    )


def partner(base: str, token: str, outgoing: Outgoing) -> Partner:
    """Register an address for this request; ``token`` may be empty.

    Raises OutgoingRefused, and Refused when there is no address or the token cannot be one.
    """
    if not base:
        raise Refused("no_address")
    if token and _TOKEN.fullmatch(token) is None:
        raise Refused("bad_token")
    destination = register(base, allow_private=True, allow_port=True, allow_http=True)
    return Partner(destination, outgoing, token or None)


def without(token: str, text: str) -> str:
    """What a server said, without the token it was asked with."""
    return text.replace(token, "[token]") if token else text


def reports_of(server: Partner, terminology: Terminology) -> list[ListedReport]:
    """The latest reports of the server that are or may be mammography.

    Raises Refused when the server does not answer with FHIR, OutgoingError when it is away.
    """
    reply = server.search(f"DiagnosticReport?_sort=-date&_count={MOST_REPORTS}", MOST_REPORTS)
    if reply.status != 200 or reply.body is None or reply.body.get("resourceType") != "Bundle":
        raise Refused("server_unusable", f"The search was answered with {reply.status} {reply.outcome}.")
    found = [_listed(each, terminology) for each in resources_of(reply.body)]
    return [each for each in found if each is not None and each.kind != NO_MAMMOGRAPHY]


def _listed(report: Json, terminology: Terminology) -> ListedReport | None:
    ident = report.get("id")
    if report.get("resourceType") != "DiagnosticReport" or not isinstance(ident, str):
        return None
    own: dict[str, Any] = dict(report)
    kind = read_exam(own, "report", [], [], Resources([own], []), terminology, []).exam_type
    subject = report.get("subject")
    day = report.get("effectiveDateTime") or report.get("issued")
    return ListedReport(
        ident,
        str(subject.get("reference", "")) if isinstance(subject, dict) else "",
        day[:10] if isinstance(day, str) else "",
        kind,
        _words(report.get("code")),
    )


def _words(code: object) -> str:
    codings = code.get("coding") if isinstance(code, dict) else None
    for coding in codings if isinstance(codings, list) else ():
        if isinstance(coding, dict) and isinstance(coding.get("display"), str):
            return str(coding["display"])
    return ""


def signed(server: Partner, report_id: str, service: Service) -> tuple[dict[str, object], tuple[str, ...]]:
    """The request an EHR would send when this report is signed, and what could not be filled.

    Raises Unusable or OutgoingError.
    """
    chosen = {"id": service.id, "hook": service.hook, "prefetch": dict(service.prefetch)}
    context = context_of(read_report(server, report_id), service.hook, USER)
    filled = fill(server, chosen, context)
    prefetch = {key: _wordless(value) for key, value in filled.prefetch.items()}
    return hook_request(chosen, context, prefetch, server, may_read=False), filled.notes


def _wordless(value: object) -> object:
    """A failure without its text, which could repeat the token; the request is shown on the page."""
    if isinstance(value, dict) and value.get("resourceType") == "OperationOutcome":
        return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing"}]}
    return value
