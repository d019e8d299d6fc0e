"""What says "not there" is never a finding; what says nothing is never silence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cards.reading.report_builder import (
    DCM,
    LEFT,
    RDE,
    SCT,
    Resource,
    cc,
    codes,
    finding,
    observation,
    question,
    reading,
    report,
)

V3 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


def _presence(code: Resource) -> list[Resource]:
    return [{"code": cc(RDE, "RDE1556"), "valueCodeableConcept": code}]


ABSENT: dict[str, Resource] = {
    "presence component": finding("o1", component=_presence(cc(RDE, "RDE1556_absent"))),
    "value false": observation("o1", cc(SCT, "129760005"), LEFT, valueBoolean=False),
    "question value false": observation("o1", cc(RDE, "RDES241"), LEFT, valueBoolean=False),
    "value absent": question("o1", cc(SCT, "129760005"), cc(SCT, "2667000"), LEFT),
    "value known absent": question("o1", cc(SCT, "129760005"), cc(SCT, "373572006"), LEFT),
    "radlex absent": question("o1", cc(SCT, "129748009"), cc("http://radlex.org", "RID28473"), LEFT),
    "interpretation negative": finding("o1", interpretation=[cc(V3, "NEG")]),
    "interpretation not detected": finding("o1", interpretation=[cc(V3, "ND")]),
    "entered in error": finding("o1") | {"status": "entered-in-error"},
    "cancelled": finding("o1") | {"status": "cancelled"},
    "none of 2019": observation(
        "o1",
        cc(
            "http://hl7.org/fhir/us/breast-radiology/CodeSystem/breastrad-BreastAbnormalityCodesCS",
            "BreastAbnormalityObservationCode",
        ),
        component=[
            {
                "code": cc(
                    "http://hl7.org/fhir/us/breast-radiology/CodeSystem/breastrad-BreastAbnormalityCodesCS",
                    "CalcificationType",
                ),
                "valueCodeableConcept": cc(
                    "http://hl7.org/fhir/us/breast-radiology/CodeSystem/breastrad-CalcificationTypeCS", "None"
                ),
            }
        ],
    ),
    "not on the mammogram": observation(
        "o1",
        cc(RDE, "RDE1571"),
        component=[
            {
                "code": cc(RDE, "RDE1571"),
                "valueCodeableConcept": cc(RDE, "RDE1571_calcificationNotOnMammogram"),
            }
        ],
    ),
    "component false": observation(
        "o1", cc(DCM, "121071"), component=[{"code": cc(SCT, "129760005"), "valueBoolean": False}]
    ),
}


@pytest.mark.parametrize("said", ABSENT.values(), ids=ABSENT)
def test_a_negative_is_no_finding_and_the_reading_is_complete(said: Resource) -> None:
    """The report was read in full and holds no calcification."""
    found = reading(report(said))
    assert (found.facts.findings, found.incomplete, found.unreadable) == ((), False, False)


@pytest.mark.parametrize(
    "kept",
    [
        cc(RDE, "RDE1556_present"),
        cc(RDE, "RDE1556_indeterminate"),
        cc(RDE, "RDE1556_unknown"),
        cc("http://hl7.org/fhir/us/breast-radiology/CodeSystem/ConsistentWithQualifierCS", "MostLikely"),
    ],
)
def test_doubt_keeps_the_finding(kept: Resource) -> None:
    """Indeterminate and unknown are not absent."""
    assert len(reading(report(finding("o1", component=_presence(kept)))).facts.findings) == 1


def test_no_chest_wall_invasion_is_no_feature() -> None:
    """A coded negative inside the feature list adds nothing; the positive one is another suspicious sign."""
    for code, other in (("RDE1571_noChestWallInvasion", False), ("RDE1571_chestWallInvasion", True)):
        own = finding("o1", component=[{"code": cc(RDE, "RDE1571"), "valueCodeableConcept": cc(RDE, code)}])
        facts = reading(report(own)).facts
        assert (facts.findings[0].associated_features, facts.other_suspicious_finding) == ((), other)


def test_a_finding_whose_data_are_absent_is_neither_finding_nor_silence() -> None:
    """dataAbsentReason: incomplete, and named."""
    unknown = observation("o1", cc(SCT, "129748009"), LEFT, dataAbsentReason=cc("http://x", "unknown"))
    found = reading(report(unknown))
    assert (found.facts.findings, found.incomplete, codes(found)) == ((), True, {"data-absent"})


def test_an_attribute_whose_data_are_absent_is_not_stated() -> None:
    """The finding stays; what it lacks is null."""
    own = finding("o1")
    own["component"][0] = {"code": cc(RDE, "RDE1565"), "dataAbsentReason": cc("http://x", "unknown")}
    one = reading(report(own)).facts.findings[0]
    assert (one.morphology, one.distribution) == ((), "grouped")


def test_a_finding_of_unknown_kind_is_never_silence() -> None:
    """A local code as the value of "Finding" cannot be understood: incomplete, raw code named."""
    found = reading(report(question("o1", cc(DCM, "121071"), cc("http://local", "K1"), LEFT)))
    assert (found.facts.findings, found.incomplete) == ((), True)
    assert any("http://local|K1" in problem.text for problem in found.problems)


def test_descriptors_of_an_absent_finding_are_named() -> None:
    """Absent and described at once: dropped as the code says, and shown."""
    found = reading(report(ABSENT["presence component"]))
    assert codes(found) == {"absent-with-descriptors"}


@pytest.mark.parametrize(
    ("member", "value"),
    [("morphology", ("http://local|X",)), ("distribution", "http://local|X")],
)
def test_an_unmapped_descriptor_is_shown_raw(member: str, value: Any) -> None:
    """R-DQ-05: never guessed, never dropped."""
    own = finding("o1")
    place = 0 if member == "morphology" else 1
    own["component"][place]["valueCodeableConcept"] = cc("http://local", "X")
    found = reading(report(own))
    assert (getattr(found.facts.findings[0], member), codes(found)) == (value, {"unmapped-code"})


def test_a_local_code_beside_a_known_one_is_its_translation() -> None:
    """Listed as a problem; the known code counts."""
    own = finding("o1")
    own["component"][0]["valueCodeableConcept"]["coding"].append({"system": "http://local", "code": "AM"})
    found = reading(report(own))
    assert (found.facts.findings[0].morphology, codes(found)) == (("amorphous",), {"translation"})


def test_legacy_numbers_are_never_taken_for_words() -> None:
    """The guide once used the same system with numbers: unmapped, shown raw."""
    own = finding("o1")
    system = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/CalcificationTypeCS"
    own["component"][0]["valueCodeableConcept"] = cc(system, "5", "Round")
    assert reading(report(own)).facts.findings[0].morphology == (f"{system}|5",)


def test_a_benign_neighbour_is_not_suspicious() -> None:
    """A cyst, or a mass with a benign category of its own, drives nothing; a mass does."""
    cyst = observation("c", cc(RDE, "RDES243"), LEFT)
    mass = observation("m", cc(RDE, "RDES246"), LEFT)
    judged = mass | {
        "component": [{"code": cc(RDE, "RDE1586"), "valueCodeableConcept": cc(SCT, "397141009")}]
    }
    said = [reading(report(one)).facts.other_suspicious_finding for one in (cyst, mass, judged)]
    assert said == [False, True, False]
