"""Nothing in the received data raises: wrong JSON types are noticed, explained and survived."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.facts import Finding
from cards.reading import UnsupportedFhirVersion
from tests.cards.reading.encoders import FINDING_ENCODERS, shape_c
from tests.cards.reading.report_builder import (
    Resource,
    cc,
    codes,
    finding,
    observation,
    patient,
    reading,
    report,
)

WRONG = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
WRITTEN = [
    Finding(
        laterality="left", morphology=("amorphous",), distribution="linear", change="new", assessment="4A"
    ),
    Finding(laterality="right", morphology=("round",), distribution="diffuse", change="stable"),
]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _places(inner, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            found += _places(inner, (*path, position))
    return found


def _whole() -> list[list[Resource]]:
    condition = {
        "resourceType": "Condition",
        "id": "k",
        "code": cc("http://hl7.org/fhir/sid/icd-10-cm", "R92.0"),
        "evidence": [{"detail": [{"reference": "DiagnosticReport/r1"}]}],
    }
    form = {
        "resourceType": "QuestionnaireResponse",
        "id": "q",
        "status": "completed",
        "partOf": [{"reference": "DiagnosticReport/r1"}],
        "item": [
            {
                "item": [
                    {"answer": [{"valueCoding": {"system": "http://snomed.info/sct", "code": "129760005"}}]}
                ]
            }
        ],
    }
    composition = {
        "resourceType": "Composition",
        "id": "c",
        "section": [{"code": cc("http://loinc.org", "59776-5"), "entry": [{"reference": "Observation/a0"}]}],
    }
    extras: list[Resource] = [condition, form, composition, patient()]
    shaped = [encoder(WRITTEN) for encoder in FINDING_ENCODERS.values()]
    return [*([*one, *extras] for one in shaped), [*shape_c("0", "4", "2"), *extras]]


WHOLE = _whole()
PLACES = [(number, path) for number, resources in enumerate(WHOLE) for path in _places(resources)]


@settings(max_examples=2000)
@given(st.lists(st.tuples(st.sampled_from(PLACES), WRONG), min_size=1, max_size=3))
def test_no_wrong_json_type_raises(changes: list[tuple[tuple[int, tuple[Any, ...]], Any]]) -> None:
    """Whatever stands wherever, reading ends with a Reading, or refuses an old FHIR version."""
    number = changes[0][0][0]
    resources = copy.deepcopy(WHOLE[number])
    for (other, path), value in changes:
        holder: Any = resources
        if other != number:
            continue
        try:
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    with suppress(UnsupportedFhirVersion):
        assert reading(resources).facts is not None


@settings(max_examples=300)
@given(st.lists(WRONG, max_size=4))
def test_no_resource_at_all_raises(resources: list[Any]) -> None:
    """The list of resources may hold anything."""
    assert reading(resources).incomplete


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
