"""Which codes the doctor lists, and as what."""

from __future__ import annotations

from typing import Any

from cards.reading.findings import read_findings
from cards.reading.resources import Resources
from cards.terminology import shipped
from cds_service.ehr.code_use import CodeUse, code_uses
from tests.cards.reading.report_builder import LEFT, RDE, SCT, cc, finding, report

LOCAL = "https://ehr.example.org/codes"
LEGACY = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/CalcificationTypeCS"
RADELEMENT = "https://radelement.org/"


def _uses(*components: dict[str, Any], side: str | None = LEFT, **members: Any) -> list[CodeUse]:
    resources = report(finding("f1", side, component=list(components), **members))
    index = Resources(resources, [])
    found = read_findings(index.of_type("DiagnosticReport")[0], index, shipped(), [])
    return list(code_uses(found.observations, shipped()))


def test_known_codes_are_not_listed() -> None:
    """A finding in codes of the tables gives nothing to look at."""
    assert _uses() == []


def test_an_unknown_value_belongs_to_the_table_of_its_question() -> None:
    """The question says which table the row of codes.csv probably belongs to."""
    value = {"coding": [{"system": LOCAL, "code": "C7", "display": "Stippled"}]}
    assert _uses({"code": cc(RDE, "RDE1565"), "valueCodeableConcept": value}) == [
        CodeUse(LOCAL, "C7", "Stippled", "unknown", "value", "morphology")
    ]


def test_a_translation_beside_a_known_code_is_fine() -> None:
    """One known coding is enough: the local one beside it needs no row."""
    value = {"coding": [{"system": LOCAL, "code": "C7"}, {"system": SCT, "code": "129760005"}]}
    assert _uses({"code": cc(RDE, "RDE1565"), "valueCodeableConcept": value}) == []


def test_an_unknown_question_and_an_unknown_side() -> None:
    """A question nobody knows, and a bodySite of the site's own."""
    asked = {"code": cc(LOCAL, "Q1"), "valueCodeableConcept": cc(SCT, "129760005")}
    assert _uses(asked) == [CodeUse(LOCAL, "Q1", "", "unknown", "question", "observation_codes")]
    assert _uses(side=None, bodySite=cc(LOCAL, "LB")) == [
        CodeUse(LOCAL, "LB", "", "unknown", "side", "laterality")
    ]


def test_a_withheld_and_a_hazardous_code() -> None:
    """An unverified code is withheld, a retired numeric one is a hazard with its reason."""
    asks = cc(RDE, "RDE1565")
    (withheld,) = _uses({"code": asks, "valueCodeableConcept": cc(RADELEMENT, "RDE1565.0")})
    assert (withheld.kind, withheld.code) == ("withheld", "RDE1565.0")
    (hazard,) = _uses({"code": asks, "valueCodeableConcept": cc(LEGACY, "1")})
    assert hazard.kind == "hazard"
    assert hazard.note
