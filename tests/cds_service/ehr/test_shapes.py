"""The doctor's words for the shapes in which findings arrive."""

from __future__ import annotations

from typing import Any

import pytest

from cards.facts import Finding
from cards.reading.findings import read_findings
from cards.reading.resources import Resources
from cards.terminology import shipped
from cds_service.ehr.shapes import shape_of
from tests.cards.reading.encoders import FINDING_ENCODERS
from tests.cards.reading.report_builder import ICD, SCT, cc, finding, report

FINDING = Finding("F1", "left", ("amorphous",), "grouped")


def _shapes(resources: list[dict[str, Any]]) -> list[str]:
    index = Resources(resources, [])
    found = read_findings(index.of_type("DiagnosticReport")[0], index, shipped(), [])
    return [shape_of(each, found) for each in found.sources]


@pytest.mark.parametrize(
    ("encoder", "shape"),
    [
        ("A", "components"),
        ("B", "specific code"),
        ("E", "components, tree"),
        ("G", "one attribute an Observation"),
    ],
)
def test_a_shape_has_its_name(encoder: str, shape: str) -> None:
    """The same finding in four shapes is called by the names of docs/fhir-inputs.md."""
    assert _shapes(FINDING_ENCODERS[encoder]([FINDING])) == [shape]


def test_a_summary_is_said_beside_the_shape() -> None:
    """A finding that a summary was derived from."""
    summary = finding("s1", None) | {"code": cc(SCT, "146611000146107"), "component": []}
    own = finding("f1")
    resources = report(summary | {"derivedFrom": [{"reference": "Observation/f1"}]})
    assert _shapes([*resources, own]) == ["components, summary"]


def test_what_is_no_observation() -> None:
    """Calcifications in conclusionCode, and a Condition whose evidence is the report."""
    assert _shapes(report(conclusionCode=[cc(SCT, "129760005")])) == ["conclusion code"]
    condition = {
        "resourceType": "Condition",
        "id": "c1",
        "code": cc(ICD, "R92.1"),
        "evidence": [{"detail": [{"reference": "DiagnosticReport/r1"}]}],
    }
    assert _shapes([*report(), condition]) == ["condition"]
