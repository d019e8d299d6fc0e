"""Which breast a finding lies in: precedence, inheritance, contradictions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cards.reading.encoders import GROUPS, IG_CODES
from tests.cards.reading.report_builder import (
    BOTH,
    LEFT,
    LOINC,
    RDE,
    RIGHT,
    SCT,
    Resource,
    cc,
    codes,
    finding,
    observation,
    reading,
    report,
)

PLACE = "http://hl7.org/fhir/us/breast-radiology/StructureDefinition/BreastBodyLocationExtension"


def _group(side: str, *members: str) -> Resource:
    references = [{"reference": f"Observation/{name}"} for name in members]
    return observation(f"group-{side}", cc(IG_CODES, GROUPS[side]), hasMember=references)


def _sides(resources: list[Resource]) -> list[str]:
    return [one.laterality for one in reading(resources).facts.findings]


@pytest.mark.parametrize(
    ("site", "side"), [(LEFT, "left"), (RIGHT, "right"), (BOTH, "bilateral"), ("76752008", "missing")]
)
def test_the_body_site_names_the_breast(site: str, side: str) -> None:
    """A breast without a side is no side."""
    assert _sides(report(finding("o1", site))) == [side]


def _site(*nested: Resource, code: str = "76752008") -> Resource:
    return cc(SCT, code) | {"extension": [{"url": PLACE, "extension": list(nested)}]}


def test_an_extension_of_the_body_site_names_side_and_place() -> None:
    """The guide nests laterality, quadrant, clock and depth in one extension."""
    nested = [
        {"url": "laterality", "valueCodeableConcept": cc(RDE, "RDE1557_right")},
        {"url": "quadrant", "valueCodeableConcept": cc(RDE, "RDE1563_upperOuter")},
        {"url": "clockDirection", "valueCodeableConcept": cc(RDE, "RDE1558_tenOclockPosition")},
        {"url": "depth", "valueCodeableConcept": cc(RDE, "RDE1559_posterior")},
    ]
    found = reading(report(finding("o1", None, bodySite=_site(*nested))))
    assert found.facts.findings[0].laterality == "right"
    assert found.sources.places["F1"] == ("clock_10", "depth_posterior", "quadrant_upper_outer")


def test_any_extension_named_laterality_counts() -> None:
    """Only the end of the URL is fixed."""
    extension = {"url": "http://example.org/ext/laterality", "valueCodeableConcept": cc(SCT, "7771000")}
    assert _sides(report(finding("o1", None, extension=[extension]))) == ["left"]


def test_a_qualifier_beside_the_body_site_counts() -> None:
    """Breast and left as two codings of one value."""
    both = {"coding": [{"system": SCT, "code": "76752008"}, {"system": SCT, "code": "7771000"}]}
    assert _sides(report(finding("o1", None, bodySite=both))) == ["left"]


@pytest.mark.parametrize("own", [None, "76752008"])
@pytest.mark.parametrize("side", ["left", "right", "bilateral"])
def test_a_finding_without_a_side_takes_that_of_its_group(own: str | None, side: str) -> None:
    """Under a bilateral group it is bilateral."""
    assert _sides([*report(_group(side, "o1")), finding("o1", own)]) == [side]


@pytest.mark.parametrize("order", [["group-left", "o1"], ["o1", "group-left"]])
def test_the_side_of_a_group_does_not_depend_on_the_order_of_results(order: list[str]) -> None:
    """A report may list the group and its member in any order."""
    resources = [*report(), _group("left", "o1"), finding("o1", None)]
    resources[0]["result"] = [{"reference": f"Observation/{name}"} for name in order]
    assert _sides(resources) == ["left"]


def test_its_own_side_stands_before_that_of_the_group_and_the_difference_is_named() -> None:
    """A finding of the right breast filed below the left one stays right, with a problem."""
    found = reading([*report(_group("left", "o1")), finding("o1", RIGHT)])
    assert (found.facts.findings[0].laterality, codes(found)) == ("right", {"side-differs-from-group"})


def test_two_breasts_never_mix() -> None:
    """Findings of both breasts keep their sides, descriptors and references."""
    groups = (_group("left", "o1"), _group("right", "o2"))
    other = observation(
        "o2",
        cc(RDE, "RDES241"),
        component=[{"code": cc(RDE, "RDE1565"), "valueCodeableConcept": cc(RDE, "RDE1565_round")}],
    )
    found = reading([*report(*groups), finding("o1", None), other])
    assert [(one.laterality, one.morphology) for one in found.facts.findings] == [
        ("left", ("amorphous",)),
        ("right", ("round",)),
    ]
    assert found.sources.findings == {"F1": ("Observation/o1",), "F2": ("Observation/o2",)}


def _contradictions() -> dict[str, dict[str, Any]]:
    two = {"coding": [{"system": SCT, "code": LEFT}, {"system": SCT, "code": RIGHT}]}
    other = _site({"url": "laterality", "valueCodeableConcept": cc(RDE, "RDE1557_right")}, code=LEFT)
    qualifier = {"url": "http://example.org/laterality", "valueCodeableConcept": cc(SCT, "24028007")}
    return {
        "two codings": {"bodySite": two},
        "site and its extension": {"bodySite": other},
        "site and extension": {"bodySite": cc(SCT, LEFT), "extension": [qualifier]},
    }


@pytest.mark.parametrize("members", _contradictions().values(), ids=_contradictions())
def test_contradicting_sides_are_no_side(members: dict[str, Any]) -> None:
    """Left and right at once: missing, and a problem."""
    found = reading(report(finding("o1", None, **members)))
    assert (found.facts.findings[0].laterality, codes(found)) == ("missing", {"contradicting-sides"})


def test_a_member_of_two_breasts_has_no_side() -> None:
    """Two groups claim the finding."""
    found = reading([*report(_group("left", "o1"), _group("right", "o1")), finding("o1", None)])
    assert (found.facts.findings[0].laterality, "contradicting-sides" in codes(found)) == ("missing", True)


def test_the_study_of_one_breast_is_the_last_resort() -> None:
    """It fills a missing side and never overrides one."""
    left_study = cc(LOINC, "26347-5")
    assert _sides(report(finding("o1", None), finding("o2", RIGHT), code=left_study)) == ["left", "right"]
    assert _sides(report(finding("o1", None), code=cc(LOINC, "26346-7"))) == ["missing"]


def test_a_missing_body_structure_is_missed_only_where_the_side_is_unknown() -> None:
    """The side may stand in what did not come: incomplete; with a side of its own it is not needed."""
    lost = {"bodyStructure": {"reference": "BodyStructure/b"}}
    assert reading(report(finding("o1", None, **lost))).incomplete
    assert not reading(report(finding("o1", LEFT, **lost))).incomplete


def test_loose_attributes_of_two_breasts_are_two_findings() -> None:
    """Flat results without a group: what shares a side belongs together."""
    dcm = "http://dicom.nema.org/resources/ontology/DCM"
    parts = [
        observation("1", cc(dcm, "111009"), LEFT, valueCodeableConcept=cc(SCT, "129760005")),
        observation("2", cc(dcm, "111009"), RIGHT, valueCodeableConcept=cc(SCT, "129756007")),
        observation("3", cc(dcm, "111008"), RIGHT, valueCodeableConcept=cc(SCT, "129764001")),
        observation("4", cc(dcm, "111008"), LEFT, valueCodeableConcept=cc(SCT, "129765000")),
    ]
    assert [(o.laterality, o.morphology, o.distribution) for o in reading(report(*parts)).facts.findings] == [
        ("left", ("amorphous",), "linear"),
        ("right", ("round",), "diffuse"),
    ]
