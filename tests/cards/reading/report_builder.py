"""Plain FHIR resources for reading tests: codes, Observations, and a report around them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cards.problem import Problem
from cards.reading.read import read
from cards.reading.reading import Reading, ReportContext

SCT = "http://snomed.info/sct"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
LOINC = "http://loinc.org"
RDE = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/RadLexCDE"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
LEFT, RIGHT, BOTH = "80248007", "73056007", "63762007"
CATEGORY = {
    "0": "397138000",
    "1": "397140005",
    "2": "397141009",
    "3": "397143007",
    "4": "397144001",
    "4A": "6121000179106",
    "4B": "6131000179108",
    "4C": "6141000179100",
    "5": "397145000",
    "6": "6111000179101",
}
Resource = dict[str, Any]


def cc(system: str, code: str, display: str | None = None, text: str | None = None) -> Resource:
    """A CodeableConcept with one coding."""
    coding = {"system": system, "code": code} | ({"display": display} if display is not None else {})
    return {"coding": [coding]} | ({"text": text} if text is not None else {})


def category(name: str) -> Resource:
    """The SNOMED CT code of a BI-RADS category."""
    return cc(SCT, CATEGORY[name])


def observation(ident: str, code: Resource, side: str | None = None, **members: Any) -> Resource:
    """An Observation; ``side`` is a SNOMED CT body structure."""
    own: Resource = {"resourceType": "Observation", "id": ident, "status": "final", "code": code}
    if side is not None:
        own["bodySite"] = cc(SCT, side)
    return own | members


def question(
    ident: str, asks: Resource, value: Resource, side: str | None = None, **members: Any
) -> Resource:
    """An Observation that answers one question."""
    return observation(ident, asks, side, valueCodeableConcept=value, **members)


def assessed(ident: str, name: str, side: str | None = None, **members: Any) -> Resource:
    """A BI-RADS assessment Observation."""
    return question(ident, cc(SCT, "146611000146107"), category(name), side, **members)


def finding(ident: str, side: str | None = LEFT, own: str | None = None, **members: Any) -> Resource:
    """Grouped amorphous calcifications, with their own category if ``own`` is given."""
    components = [
        {"code": cc(RDE, "RDE1565"), "valueCodeableConcept": cc(RDE, "RDE1565_amorphous")},
        {"code": cc(RDE, "RDE1568"), "valueCodeableConcept": cc(RDE, "RDE1568_grouped")},
    ]
    if own is not None:
        components.append({"code": cc(RDE, "RDE1586"), "valueCodeableConcept": category(own)})
    components += members.pop("component", [])
    return observation(ident, cc(RDE, "RDES241"), side, component=components, **members)


def report(*results: Resource, ident: str = "r1", **members: Any) -> list[Resource]:
    """A final diagnostic mammography report of 4 May 2026 with the given Observations."""
    own: Resource = {
        "resourceType": "DiagnosticReport",
        "id": ident,
        "status": "final",
        "code": cc(LOINC, "26346-7"),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-05-04",
        "issued": "2026-05-05T09:00:00+02:00",
        "result": [{"reference": f"Observation/{one['id']}"} for one in results],
    }
    own |= members
    return [{name: value for name, value in own.items() if value is not None}, *results]


def patient(**members: Any) -> Resource:
    """A made-up patient."""
    return {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1970-02-03"} | members


def reading(resources: list[Resource], **context: Any) -> Reading:
    """Read the report with id r1."""
    asked: Mapping[str, Any] = {"report_id": "r1", "patient_id": "p1"} | context
    found = read(resources, ReportContext(**asked))
    assert [problem for problem in found.problems if not is_whole(problem)] == []
    return found


def is_whole(problem: Problem) -> bool:
    """Say whether a problem names a place, a code in small letters and a sentence that says what and why."""
    is_sentence = re.fullmatch(r"\S.+\.", problem.text, flags=re.DOTALL)
    return bool(problem.location and re.fullmatch("[a-z0-9-]+", problem.code) and is_sentence)


def codes(of: Reading) -> set[str]:
    """The codes of the problems of a Reading."""
    return {problem.code for problem in of.problems}
