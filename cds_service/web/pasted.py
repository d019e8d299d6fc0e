"""What a person pasted -> the body of a hook call: a whole request, a Bundle or a single report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from cds_service.errors import RequestRefused
from cds_service.hooks.json_body import parse_json_object
from cds_service.settings import Settings
from cds_service.web.refused import Refused, refused_by

Json = dict[str, Any]
USER = "Practitioner/console"


def hook_body(pasted: bytes, settings: Settings) -> Json:
    """Read what was pasted as the body of a hook call.

    A request is taken as it is. A Bundle, or a DiagnosticReport alone, becomes the ``context.report`` of a
    sign-off, as a test client sends it. Raises Refused with the sentence to show.
    """
    if not pasted.strip():
        raise Refused("nothing")
    if len(pasted) > settings.max_body_bytes:
        raise Refused("too_large", f"At most {settings.max_body_bytes} bytes are read.", 413)
    try:
        body: Json = parse_json_object(pasted, settings.max_json_depth)
    except RequestRefused as refused:
        raise refused_by(refused) from None
    if "hook" in body:
        return body
    kind = body.get("resourceType")
    if kind == "DiagnosticReport":
        return sign_off([body])
    if kind == "Bundle":
        entries = body.get("entry")
        return sign_off(
            [
                entry["resource"]
                for entry in (entries if isinstance(entries, list) else ())
                if isinstance(entry, dict) and isinstance(entry.get("resource"), dict)
            ],
            body,
        )
    raise Refused("no_report" if isinstance(kind, str) else "not_fhir")


def sign_off(resources: list[Json], bundle: Json | None = None) -> Json:
    """The sign-off of the report among these resources, the latest if there are several.

    ``bundle`` is sent as it came, so that references by fullUrl still lead somewhere. Raises Refused when
    there is no report.
    """
    reports = [each for each in resources if each.get("resourceType") == "DiagnosticReport"]
    if not reports:
        raise Refused("no_report")
    report = max(reports, key=_when)
    report_id = report.setdefault("id", "report")
    context: Json = {
        "userId": USER,
        "patientId": _patient_id(report, resources),
        "reportId": report_id,
        "status": report.get("status", "unknown"),
        "report": bundle or {"entry": [{"resource": each} for each in resources]},
    }
    context["report"] |= {"resourceType": "Bundle", "type": "collection"}
    return {"hook": "report-sign", "hookInstance": str(uuid4()), "context": context}


def _when(report: Mapping[str, object]) -> str:
    for member in ("effectiveDateTime", "issued"):
        value = report.get(member)
        if isinstance(value, str):
            return value
    return ""


def _patient_id(report: Mapping[str, Any], resources: list[Json]) -> object:
    """The patient that the report names, else the one Patient that came along."""
    subject = report.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    patients = [each.get("id") for each in resources if each.get("resourceType") == "Patient"]
    if isinstance(reference, str) and not reference.startswith(("#", "urn:")):
        return reference.partition("/_history/")[0].rpartition("/")[2]
    if len(patients) == 1 and patients[0] is not None:
        return patients[0]
    if isinstance(reference, str) and reference.startswith("urn:"):
        return reference.rpartition(":")[2]
    return "patient"
