"""Wrong JSON types in a resource are noticed and explained; shapes of old FHIR versions are refused."""

from __future__ import annotations

from typing import Any

import pytest

from cards.reading import UnsupportedFhirVersion
from tests.cards.reading.report_builder import cc, codes, finding, observation, reading, report


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("code", "RDES241"),
        ("code", {"coding": {"system": "x", "code": "y"}}),
        ("code", {"coding": [{"system": 5, "code": "RDES241"}]}),
        ("component", {"code": {}}),
        ("component", ["x"]),
        ("component", [{"code": cc("http://x", "q"), "valueCodeableConcept": "round"}]),
        ("hasMember", "Observation/o2"),
        ("derivedFrom", 7),
        ("valueCodeableConcept", [1]),
        ("bodySite", "left"),
        ("interpretation", "NEG"),
        ("modifierExtension", [{"url": "http://example.org/not"}]),
    ],
)
def test_a_needed_member_of_a_wrong_type_makes_the_resource_unreadable(member: str, value: Any) -> None:
    """R-DQ-15: the other Observations are still read, and the reason names no value."""
    broken = observation("o2", cc("http://x", "local")) | {member: value}
    found = reading(report(finding("o1"), broken))
    assert found.facts.findings[0].morphology == ("amorphous",)
    assert found.unreadable
    assert codes(found) & {"unreadable-resource", "modifier-extension"}


def test_the_reason_is_that_of_the_model_and_shows_no_value() -> None:
    """The member and what is expected stand in the text, the received value does not."""
    broken = finding("o1") | {"status": {"secret": "Jane Roe"}, "component": "Jane Roe"}
    texts = [
        problem.text for problem in reading(report(broken)).problems if problem.code == "unreadable-resource"
    ]
    assert len(texts) == 1
    assert "component" in texts[0]
    assert "Jane Roe" not in texts[0]


@pytest.mark.parametrize("result", ["Observation/o1", 5, True])
def test_a_report_with_a_broken_result_is_unreadable(result: Any) -> None:
    """The list of results itself may be wrong."""
    head = report()[0] | {"result": result}
    assert reading([head]).unreadable


@pytest.mark.parametrize(
    ("member", "value", "expression"),
    [
        ("codedDiagnosis", [], "DiagnosticReport.codedDiagnosis"),
        ("context", {}, "DiagnosticReport.context"),
        ("image", [], "DiagnosticReport.image"),
        ("performer", [{"actor": {"reference": "Practitioner/1"}}], "DiagnosticReport.performer.actor"),
    ],
)
def test_old_versions_of_the_report_are_refused(member: str, value: Any, expression: str) -> None:
    """STU3 and DSTU2 shapes are named, not half read."""
    with pytest.raises(UnsupportedFhirVersion, match="DSTU2 or STU3") as refused:
        reading([report()[0] | {member: value}])
    assert refused.value.expression == expression


@pytest.mark.parametrize("member", ["related", "comment", "comments", "context"])
def test_old_versions_of_an_observation_are_refused(member: str) -> None:
    """The same for the Observations of the report."""
    with pytest.raises(UnsupportedFhirVersion, match=rf"Observation\.{member}"):
        reading(report(finding("o1") | {member: []}))
