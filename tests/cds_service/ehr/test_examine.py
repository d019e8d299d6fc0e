"""What is found on a FHIR server is what the service itself would read there."""

from __future__ import annotations

from datetime import date
from typing import cast

from cards.policy import Policy
from cards.terminology import shipped
from cds_service.ehr.examine import Examiner
from cds_service.ehr.partner import Partner, Reply

SNOMED = "http://snomed.info/sct"
PATIENT = {"reference": "Patient/1"}
REPORT = {
    "resourceType": "DiagnosticReport",
    "id": "1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "24606-6"}]},
    "subject": PATIENT,
    "effectiveDateTime": "2026-04-01",
}
CONDITION = {
    "resourceType": "Condition",
    "id": "2",
    "subject": PATIENT,
    "code": {"coding": [{"system": SNOMED, "code": "129748009"}]},
    "evidence": [{"detail": [{"reference": "DiagnosticReport/1"}]}],
}


class Server:
    """A FHIR server that holds one report and one Condition."""

    base = "https://fhir.example.org"

    def get(self, query: str) -> Reply:
        """Read the report."""
        return Reply(200, REPORT)

    def search(self, query: str, most: int) -> Reply:
        """Find what is of the kind that is asked for."""
        found = [each for each in (REPORT, CONDITION) if query.startswith(f"{each['resourceType']}?")]
        return Reply(200, {"resourceType": "Bundle", "entry": [{"resource": each} for each in found]})


def test_a_condition_that_rests_on_the_report_has_its_shape() -> None:
    """A finding that only the evidence of a Condition joins to the report is named a condition."""
    examiner = Examiner(cast("Partner", Server()), Policy(), shipped(), 10)
    (report,) = examiner.examine(date(2026, 5, 4), ["1"]).reports
    assert list(report.shapes) == ["condition"]
