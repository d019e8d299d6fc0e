"""Requests for tests: the golden cases, changed where a test says so."""

from __future__ import annotations

from typing import Any

import orjson

from cds_service.golden_cases import fixtures_folder

SIGN_OFF = "amorphous-group-called-benign-on-diagnostic"
VIEWING = "patient-opened-two-months-after-a-probably-benign-report"
SIGN_OFF_PATH = "/cds-services/breast-calcification-report-sign"
VIEWING_PATH = "/cds-services/breast-calcification-patient-view"


def golden_request(case: str = SIGN_OFF) -> Any:
    """Read the request of one case; every call gives a fresh copy."""
    return orjson.loads((fixtures_folder() / case / "request.json").read_bytes())


def resources_of(request: Any, kind: str) -> list[Any]:
    """List the resources of one type in context.report."""
    entries = request["context"]["report"]["entry"]
    return [entry["resource"] for entry in entries if entry["resource"]["resourceType"] == kind]


def prefetched_request(case: str = SIGN_OFF) -> Any:
    """The same sign-off with its data moved from context.report to the prefetch."""
    request = golden_request(case)
    entries = request["context"].pop("report")["entry"]
    report_id = request["context"]["reportId"]

    def search(kind: str) -> Any:
        found = [entry for entry in entries if entry["resource"]["resourceType"] == kind]
        return {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": found}

    reports = search("DiagnosticReport")["entry"]
    request["prefetch"] = {
        "report": next(each["resource"] for each in reports if each["resource"]["id"] == report_id),
        "patient": search("Patient")["entry"][0]["resource"],
        "observations": search("Observation"),
        "reports": search("DiagnosticReport"),
        "orders": search("ServiceRequest"),
        "conditions": {"resourceType": "Bundle", "type": "searchset", "total": 0},
        "procedures": None,
    }
    return request


OPERATION_OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "timeout", "diagnostics": "too slow"}],
}
EMPTY_SEARCH = {"resourceType": "Bundle", "type": "searchset", "total": 0}
