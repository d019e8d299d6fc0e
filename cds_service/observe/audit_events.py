"""Audit rows -> FHIR R4 AuditEvents in the patterns of IHE Basic Audit Log Patterns (BALP)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cds_service.observe.audit import FHIR_READ, HOOK_CALL, REFUSED_CALL

Json = dict[str, Any]

TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
INTERACTIONS = "http://hl7.org/fhir/restful-interaction"
OBJECT_TYPES = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
OBJECT_ROLES = "http://terminology.hl7.org/CodeSystem/object-role"
BALP_ENTITIES = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
BALP_PROFILES = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/"

# AuditEvent.agent.network.type: 5 is a URI.
URI = "5"
OUTCOME_WORDS = {
    "0": "success",
    "4": "refused: the caller's fault",
    "8": "failed: this service's or a partner's fault",
}

# Members of a hook call that say what was done, in the order in which they are listed.
CALL_DETAILS = ("service", "hook", "hook_instance", "model_version", "guideline_profile", "cards", "rules")


def audit_event(row: Mapping[str, Any], public_url: str) -> Json:
    """Turn one row of the audit table into an AuditEvent.

    ``public_url`` is the address of this service. Raises KeyError for an event this version does not know.
    """
    shape = {HOOK_CALL: _hook_call, REFUSED_CALL: _refused_call, FHIR_READ: _fhir_read}[row["event"]]
    recorded: datetime = row["recorded_at"]
    event: Json = {
        "resourceType": "AuditEvent",
        "id": f"audit-{row['id']}",
        "recorded": recorded.astimezone(UTC).isoformat(),
        "outcome": row["outcome"],
        "outcomeDesc": OUTCOME_WORDS[row["outcome"]],
        "source": {
            "site": public_url,
            "observer": {"display": "calcification-cds"},
            "type": [
                _coding(
                    "http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server"
                )
            ],
        },
    }
    event |= shape(row, row["detail"], public_url)
    entities = [*event.get("entity", []), _request_id(row["request_id"])]
    return event | {"entity": entities}


def _hook_call(row: Mapping[str, Any], detail: Json, public_url: str) -> Json:
    agents = [
        _agent("110153", "Source Role ID", _issuer(row), requestor="user" not in detail),
        _agent("110152", "Destination Role ID", {"display": "calcification-cds"}, address=public_url),
    ]
    if "user" in detail:
        agents.append({"who": {"reference": detail["user"]}, "requestor": True})
    listed = [
        {"type": name, "valueString": ", ".join(value) if isinstance(value, list) else str(value)}
        for name in CALL_DETAILS
        if (value := detail.get(name)) not in (None, [], "")
    ]
    call: Json = {"type": _coding(OBJECT_TYPES, "2", "System Object"), "name": "CDS Hooks call"}
    if listed:
        call["detail"] = listed
    return {
        "type": _coding(TYPES, "rest", "RESTful Operation"),
        "subtype": [_coding(INTERACTIONS, "operation", "operation")],
        "action": "E",
        "agent": agents,
        "entity": [call, *_patient(detail), *_report(detail)],
    }


def _refused_call(row: Mapping[str, Any], detail: Json, public_url: str) -> Json:
    return {
        "type": _coding(DICOM, "110113", "Security Alert"),
        "subtype": [_coding(DICOM, "110114", "User Authentication")],
        "action": "E",
        "outcomeDesc": f"not authenticated: {detail['reason']}",
        "agent": [
            _agent("110153", "Source Role ID", {"display": "a caller who was not let in"}, requestor=True),
            _agent("110152", "Destination Role ID", {"display": "calcification-cds"}, address=public_url),
        ],
    }


def _fhir_read(row: Mapping[str, Any], detail: Json, public_url: str) -> Json:
    is_search = "?" in detail["query"]
    what: Json = {
        "type": _coding(OBJECT_TYPES, "2", "System Object"),
        "role": _coding(OBJECT_ROLES, "24", "Query")
        if is_search
        else _coding(OBJECT_ROLES, "4", "Domain Resource"),
    }
    if is_search:
        what["query"] = b64encode(detail["query"].encode()).decode()
    else:
        what["what"] = {"reference": detail["query"]}
    interaction = "search" if is_search else "read"
    profile = "IHE.BasicAudit.PatientQuery" if is_search else "IHE.BasicAudit.PatientRead"
    return {
        "meta": {"profile": [f"{BALP_PROFILES}{profile}"]} if "patient" in detail else {},
        "type": _coding(TYPES, "rest", "RESTful Operation"),
        "subtype": [_coding(INTERACTIONS, interaction, interaction)],
        "action": "E" if is_search else "R",
        "agent": [
            _agent(
                "110153",
                "Source Role ID",
                {"display": "calcification-cds"},
                requestor=True,
                address=public_url,
            ),
            _agent("110152", "Destination Role ID", _identified(detail["server"]), address=detail["server"]),
        ],
        "entity": [what, *_patient(detail)],
    }


def _coding(system: str, code: str, display: str) -> Json:
    return {"system": system, "code": code, "display": display}


def _identified(value: str) -> Json:
    return {"identifier": {"value": value}}


def _issuer(row: Mapping[str, Any]) -> Json:
    if not row["issuer"]:
        return {"display": "not authenticated (development profile)"}
    # Issuer and jti together name the token without showing a piece of it.
    tenant = {"display": f"tenant {row['tenant']}"} if row["tenant"] else {}
    return {"identifier": {"system": row["issuer"], "value": row["jti"]}} | tenant


def _agent(code: str, display: str, who: Json, *, requestor: bool = False, address: str = "") -> Json:
    agent: Json = {
        "type": {"coding": [_coding(DICOM, code, display)]},
        "who": who,
        "requestor": requestor,
    }
    if address:
        agent["network"] = {"address": address, "type": URI}
    return agent


def _patient(detail: Json) -> list[Json]:
    if "patient" not in detail:
        return []
    return [
        {
            "what": {"reference": detail["patient"]},
            "type": _coding(OBJECT_TYPES, "1", "Person"),
            "role": _coding(OBJECT_ROLES, "1", "Patient"),
        }
    ]


def _report(detail: Json) -> list[Json]:
    if "report" not in detail:
        return []
    return [
        {
            "what": {"reference": detail["report"]},
            "type": _coding(OBJECT_TYPES, "2", "System Object"),
            "role": _coding(OBJECT_ROLES, "3", "Report"),
        }
    ]


def _request_id(value: str) -> Json:
    return {"what": _identified(value), "type": _coding(BALP_ENTITIES, "XrequestId", "X-Request-Id")}
