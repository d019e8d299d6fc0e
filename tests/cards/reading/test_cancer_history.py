"""Cancer, surgery, implants, risk and pregnancy."""

import pytest

from cards.reading.data_file import data_rows
from cards.terminology import shipped
from tests.cards.reading.report_builder import (
    BOTH,
    ICD,
    LEFT,
    LOINC,
    RDE,
    RIGHT,
    SCT,
    cc,
    codes,
    observation,
    reading,
    report,
)

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CANCER = cc(SCT, "254837009")


def condition(
    code: dict, clinical: str | None = None, verified: str | None = None, **members: object
) -> dict:
    """A Condition of the patient."""
    own: dict = {"resourceType": "Condition", "id": "c1", "code": code}
    if clinical is not None:
        own["clinicalStatus"] = cc(CLINICAL, clinical)
    if verified is not None:
        own["verificationStatus"] = cc(VERIFICATION, verified)
    return own | members


def procedure(code: dict, status: str = "completed", **members: object) -> dict:
    """A Procedure of the patient."""
    return {"resourceType": "Procedure", "id": "p1", "status": status, "code": code} | members


def _facts(*resources: dict):
    return reading([*report(), *resources]).facts


def _at(side: str) -> list:
    return [cc(SCT, side)]


@pytest.mark.parametrize(
    ("clinical", "verified", "known", "history"),
    [
        (None, None, "left", False),
        ("active", "confirmed", "left", False),
        ("recurrence", None, "left", False),
        ("relapse", None, "left", False),
        ("remission", "confirmed", "none", True),
        ("resolved", None, "none", True),
        ("inactive", None, "none", True),
        ("active", "refuted", "none", False),
        ("active", "entered-in-error", "none", False),
        (None, "refuted", "none", False),
        ("active", "provisional", "none", False),
        ("active", "unconfirmed", "none", False),
    ],
)
def test_status_of_a_cancer(clinical: str | None, verified: str | None, known: str, history: bool):
    """Confirmed and active: known cancer. Over: history. Refuted or in error: nothing."""
    facts = _facts(condition(CANCER, clinical, verified, bodySite=_at(LEFT)))
    assert (facts.known_cancer_side, facts.personal_history_breast_cancer) == (known, history)


def test_unconfirmed_cancer_is_noted():
    """A suspicion in the problem list is not used, and a person is told."""
    found = reading([*report(), condition(CANCER, "active", "provisional")])
    assert "unconfirmed-condition" in codes(found)


@pytest.mark.parametrize(
    ("code", "side"),
    [
        (cc(ICD, "C50.411"), "right"),
        (cc(ICD, "C50.912"), "left"),
        (cc(ICD, "C50.919"), "both"),
        (cc(ICD, "C50.A1"), "right"),
        (cc(ICD, "D05.11"), "right"),
        (cc(ICD, "D05.12"), "left"),
        (cc(ICD, "D05.10"), "both"),
        (cc(ICD, "D05.92"), "left"),
        (cc(SCT, "109889007"), "both"),
        (cc(ICD, "D05.02"), "none"),
        (cc(ICD, "D24.1"), "none"),
        (cc(ICD, "Z80.3"), "none"),
    ],
)
def test_codes_of_cancer(code: dict, side: str):
    """ICD-10-CM carries the side; a cancer without one counts for both; what is no cancer is none."""
    assert _facts(condition(code)).known_cancer_side == side


def test_body_site_stands_before_the_code():
    """A side of its own outranks the side in the code, and two cancers make both."""
    assert _facts(condition(cc(ICD, "C50.912"), bodySite=_at(RIGHT))).known_cancer_side == "right"
    two = (condition(CANCER, bodySite=_at(LEFT)), condition(CANCER, bodySite=_at(RIGHT)) | {"id": "c2"})
    assert _facts(*two).known_cancer_side == "both"
    assert _facts(condition(CANCER, bodySite=_at(BOTH))).known_cancer_side == "both"


def test_missing_side_is_noted():
    """A cancer without a side is assumed for both breasts, a mastectomy for none; both are noted."""
    assert "side-missing" in codes(reading([*report(), condition(CANCER)]))
    found = reading([*report(), condition(cc(ICD, "Z90.10"))])
    assert found.facts.mastectomy_side == "none"
    assert "side-missing" in codes(found)


@pytest.mark.parametrize("code", [cc(ICD, "Z85.3"), cc(SCT, "415076002"), cc(ICD, "Z86.000")])
def test_history_codes(code: dict):
    """ "History of" codes give the history and no known cancer, active or not."""
    facts = _facts(condition(code, "active"))
    assert (facts.personal_history_breast_cancer, facts.known_cancer_side) == (True, "none")


def test_active_cancer_does_not_imply_the_history():
    """A known cancer leaves personal_history_breast_cancer false."""
    assert not _facts(condition(CANCER, "active", bodySite=_at(LEFT))).personal_history_breast_cancer


@pytest.mark.parametrize(
    ("code", "members", "side"),
    [
        (cc(SCT, "392021009"), {"bodySite": _at(LEFT)}, "left"),
        (cc(SCT, "172049005"), {"bodySite": _at(RIGHT)}, "right"),
        (cc("http://www.cms.gov/Medicare/Coding/ICD10", "0HBT0ZZ"), {}, "right"),
        (cc(SCT, "392021009"), {}, "both"),
        (cc(SCT, "44578009"), {"bodySite": _at(LEFT)}, "none"),
    ],
)
def test_breast_conserving_surgery(code: dict, members: dict, side: str):
    """A completed breast-conserving Procedure sets bct_side, with or without a cancer."""
    assert _facts(procedure(code, **members)).bct_side == side


@pytest.mark.parametrize(
    "status", ["preparation", "in-progress", "not-done", "entered-in-error", "stopped", "unknown"]
)
def test_procedures_that_were_not_completed(status: str):
    """Only a completed Procedure counts."""
    assert _facts(procedure(cc(SCT, "392021009"), status, bodySite=_at(LEFT))).bct_side == "none"


@pytest.mark.parametrize(
    ("resource", "side"),
    [
        (condition(cc(ICD, "Z90.11")), "right"),
        (condition(cc(ICD, "Z90.13")), "both"),
        (procedure(cc(SCT, "172043006"), bodySite=_at(LEFT)), "left"),
    ],
)
def test_mastectomy(resource: dict, side: str):
    """Status code, Procedure, or Observation of the report (R-SP-06)."""
    assert _facts(resource).mastectomy_side == side


def test_implant():
    """An implant without a side counts for both; one observed in a breast for that breast."""
    assert _facts(condition(cc(ICD, "Z98.82"))).implant_side == "both"
    seen = observation("i", cc(RDE, "RDE1589"), RIGHT, valueCodeableConcept=cc(RDE, "RDE1556_present"))
    assert reading(report(seen)).facts.implant_side == "right"
    absent = observation("i", cc(RDE, "RDE1589"), RIGHT, valueCodeableConcept=cc(RDE, "RDE1556_absent"))
    assert reading(report(absent)).facts.implant_side == "none"
    removed = observation("m", cc(RDE, "RDE1590"), LEFT, valueBoolean=True)
    assert reading(report(removed)).facts.mastectomy_side == "left"


def test_risk():
    """A genetic susceptibility is high risk; a family history is not."""
    assert _facts(condition(cc(ICD, "Z15.01"))).risk_level == "high"
    assert _facts(condition(cc(ICD, "Z80.3"))).risk_level == "average"


def state(code: str, system: str = LOINC, ident: str = "g1", **members: object) -> dict:
    """A pregnancy Observation that the report does not refer to."""
    own = observation(ident, cc(LOINC, "82810-3"), valueCodeableConcept=cc(system, code))
    return own | {"effectiveDateTime": "2026-03-01"} | members


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([state("LA15173-0")], "pregnant"),
        ([state("77386006", SCT)], "pregnant"),
        ([state("LA29252-6")], "lactating"),
        ([state("LA26683-5")], "none"),
        ([state("LA15173-0", effectiveDateTime="2024-03-01")], "none"),
        ([state("LA15173-0", effectiveDateTime="2026-06-01")], "none"),
        ([state("LA15173-0", effectiveDateTime="2025-12-01"), state("LA26683-5", ident="g2")], "none"),
        ([state("LA15173-0", status="entered-in-error")], "none"),
        ([state("LA15173-0", effectiveDateTime=None)], "pregnant"),
        ([condition(cc(ICD, "Z33.1"), "active", onsetDateTime="2026-02")], "pregnant"),
        ([condition(cc(ICD, "Z33.1"), "active", onsetDateTime="2020-02")], "none"),
        ([condition(cc(ICD, "Z33.1"), "resolved", onsetDateTime="2026-02")], "none"),
        ([condition(cc(ICD, "Z33.1"), "active", "refuted", onsetDateTime="2026-02")], "none"),
        ([], "none"),
    ],
)
def test_pregnancy(resources: list, expected: str):
    """The latest statement that can still hold on the exam date counts."""
    assert _facts(*resources).pregnancy_status == expected


def test_history_codes_name_known_concepts():
    """Every row of history_codes.csv names a concept that a shipped table has."""
    known = {(row.domain, row.concept) for row in shipped().rows}
    for row in data_rows("history_codes.csv", ("domain", "concept", "means"), key=2):
        assert (row["domain"], row["concept"]) in known


def test_wrong_json_types_are_no_history():
    """Members of a wrong type say nothing and raise nothing."""
    broken = condition(CANCER, bodySite="left") | {"clinicalStatus": [5], "verificationStatus": "confirmed"}
    assert _facts(broken).known_cancer_side == "both"
    assert _facts({"resourceType": "Condition", "id": "c9", "code": 5}).known_cancer_side == "none"
