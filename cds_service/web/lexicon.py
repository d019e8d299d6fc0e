"""The small form of the lexicon -> a sign-off of one made-up report.

The codes stand in lexicon.csv; they are read back by the same reader as everybody's.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from cds_service.web.pasted import USER
from cds_service.web.refused import Refused

Json = dict[str, Any]

TABLE = Path(__file__).with_name("lexicon.csv")
MEMBERS = ("shape", "arrangement", "side", "change", "category", "recommendation")
EXAMS = {
    "screening": ("26175-0", "MG Breast - bilateral Screening"),
    "diagnostic": ("26346-7", "MG Breast - bilateral Diagnostic"),
}
_LOINC = "http://loinc.org"
_RADELEMENT = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/RadLexCDE"
_SNOMED = "http://snomed.info/sct"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_FINDING = (_RADELEMENT, "RDES241", "Breast Calcification")
_ASKS = {
    "shape": (_RADELEMENT, "RDE1565", "Type"),
    "arrangement": (_RADELEMENT, "RDE1568", "Distribution"),
    "change": (_SNOMED, "288531002", "Finding of change"),
    "category": (_SNOMED, "146611000146107", "BI-RADS assessment category"),
    "recommendation": (_DICOM, "111053", "Recommended Follow-up"),
}
PATIENT, REPORT = "lexicon-patient", "lexicon-report"


class Code(NamedTuple):
    """One row of lexicon.csv."""

    system: str
    code: str
    display: str


@cache
def lexicon() -> Mapping[str, Mapping[str, Code]]:
    """The choices of each select, in the order of the table: member -> value -> code."""
    choices: dict[str, dict[str, Code]] = {member: {} for member in MEMBERS}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            choices[row["member"]][row["value"]] = Code(row["system"], row["code"], row["display"])
    return choices


def described_request(chosen: Mapping[str, str], today: date) -> Json:
    """Make a sign-off of a report that says what was chosen; what was left open is not stated.

    ``chosen`` may hold the members of the lexicon and ``exam``; an empty value was left open. Raises
    Refused for a value that is not in the form.
    """
    codes: dict[str, Code] = {}
    for member in MEMBERS:
        value = chosen.get(member, "")
        if value and value not in lexicon()[member]:
            raise Refused("not_in_lexicon")
        if value:
            codes[member] = lexicon()[member][value]
    exam = chosen.get("exam") or "diagnostic"
    if exam not in EXAMS:
        raise Refused("not_in_lexicon")
    results = [_finding(codes, today), *_answers(codes, today)]
    report = {
        "resourceType": "DiagnosticReport",
        "id": REPORT,
        "status": "final",
        "code": _concept(_LOINC, *EXAMS[exam]),
        "subject": {"reference": f"Patient/{PATIENT}"},
        "effectiveDateTime": today.isoformat(),
        "issued": f"{today.isoformat()}T12:00:00Z",
        "result": [{"reference": f"Observation/{each['id']}"} for each in results],
    }
    if "category" in codes:
        report["conclusionCode"] = [_concept(*codes["category"])]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": each} for each in (report, *results)],
    }
    context = {"userId": USER, "patientId": PATIENT, "reportId": REPORT, "status": "final", "report": bundle}
    instance = uuid5(NAMESPACE_URL, "/".join(f"{name}={chosen.get(name, '')}" for name in (*MEMBERS, "exam")))
    return {"hook": "report-sign", "hookInstance": str(instance), "context": context}


def _finding(codes: Mapping[str, Code], today: date) -> Json:
    finding = _observation("finding", _concept(*_FINDING), today)
    if "side" in codes:
        finding["bodySite"] = _concept(*codes["side"])
    components = [
        {"code": _concept(*_ASKS[member]), "valueCodeableConcept": _concept(*codes[member])}
        for member in ("shape", "arrangement", "change")
        if member in codes
    ]
    return finding | ({"component": components} if components else {})


def _answers(codes: Mapping[str, Code], today: date) -> list[Json]:
    answers = []
    for member in ("category", "recommendation"):
        if member in codes:
            answer = _observation(member, _concept(*_ASKS[member]), today)
            answer["valueCodeableConcept"] = _concept(*codes[member])
            if member == "category" and "side" in codes:
                answer["bodySite"] = _concept(*codes["side"])
            answers.append(answer)
    return answers


def _observation(ident: str, code: Json, today: date) -> Json:
    return {
        "resourceType": "Observation",
        "id": f"lexicon-{ident}",
        "status": "final",
        "code": code,
        "subject": {"reference": f"Patient/{PATIENT}"},
        "effectiveDateTime": today.isoformat(),
    }


def _concept(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}]}
