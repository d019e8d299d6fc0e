"""Which breast a category and a biopsy belong to, by hand-worked reports."""

from __future__ import annotations

import pytest

from tests.cards.reading.report_builder import (
    BOTH,
    LEFT,
    LOINC,
    RDE,
    RIGHT,
    assessed,
    cc,
    codes,
    finding,
    observation,
    reading,
    report,
)


def test_the_stated_breast_keeps_its_category_when_the_other_one_gets_its_findings():
    """A left breast called 2 and a finding on the right that carries 4A: 2 and 4A."""
    found = reading(report(assessed("a1", "2", LEFT), finding("f1", RIGHT, "4A")))
    assert (found.facts.assessment_left, found.facts.assessment_right) == ("2", "4A")
    found = reading(report(assessed("a1", "2", RIGHT), finding("f1", LEFT, "4A")))
    assert (found.facts.assessment_left, found.facts.assessment_right) == ("4A", "2")
    assert "breast-category-from-findings" in codes(found)


@pytest.mark.parametrize("side", [BOTH, None, LEFT])
def test_a_breast_above_its_calcifications_has_another_finding(side: str | None):
    """Calcifications of both breasts, or of no stated one, that carry a 2 do not explain a 4A on the left."""
    found = reading(report(assessed("a1", "4A", LEFT), finding("f1", side, "2")))
    assert found.facts.other_suspicious_finding is True


def test_calcifications_of_the_other_breast_explain_nothing():
    """A left breast called 4A without any calcification says nothing about other findings there."""
    found = reading(report(assessed("a1", "4A", LEFT), finding("f1", RIGHT, "2")))
    assert found.facts.other_suspicious_finding is False


@pytest.mark.parametrize(("code", "side"), [("26335-0", "left"), ("26336-8", "right")])
def test_a_biopsy_code_may_name_its_breast(code: str, side: str):
    """A core biopsy whose own code says left or right needs no body site."""
    biopsy = {
        "resourceType": "Procedure",
        "id": "b1",
        "status": "completed",
        "code": cc(LOINC, code),
        "performedDateTime": "2026-03-02",
    }
    (found,) = reading([*report(finding("f1")), biopsy]).sources.biopsies
    assert (found.reference, str(found.day), found.side) == ("Procedure/b1", "2026-03-02", side)


def test_an_implant_that_is_present_and_absent_is_none():
    """An answer that contradicts itself states no implant; nor does one that says nothing known."""
    present, absent = cc(RDE, "RDE1556_present"), cc(RDE, "RDE1556_absent")
    both = {"coding": [*present["coding"], *absent["coding"]]}
    for value, side in ((present, "right"), (both, "none"), (cc("http://example.org", "x"), "none")):
        seen = observation("i", cc(RDE, "RDE1589"), RIGHT, valueCodeableConcept=value)
        assert reading(report(seen)).facts.implant_side == side


def test_an_implant_seen_in_both_breasts_counts_for_both():
    """One Observation with both breasts as its body site."""
    seen = observation("i", cc(RDE, "RDE1589"), BOTH, valueCodeableConcept=cc(RDE, "RDE1556_present"))
    assert reading(report(seen)).facts.implant_side == "both"


def _document(*sections: dict, **members: object) -> dict:
    own = {"resourceType": "Composition", "id": "c1", "status": "final", "section": list(sections)}
    return own | members


def test_a_document_entered_in_error_holds_no_findings_and_is_named():
    """Nothing of a withdrawn document is read, and the reader of the card learns why."""
    section = {"entry": [{"reference": "Observation/f1"}]}
    read_well = reading([*report(), finding("f1"), _document(section)])
    assert [one.finding_id for one in read_well.facts.findings] == ["F1"]
    withdrawn = reading([*report(), finding("f1"), _document(section, status="entered-in-error")])
    assert withdrawn.facts.findings == ()
    assert ("Composition/c1", "withdrawn-document") in {
        (problem.location, problem.code) for problem in withdrawn.problems
    }


@pytest.mark.parametrize(("code", "side"), [("26347-5", "left"), ("26348-3", "right")])
def test_a_section_named_by_a_study_of_one_breast_gives_its_side(code: str, side: str):
    """The generation of 2019 names its sections with study codes; sections inside inherit the side."""
    inner = {"entry": [{"reference": "Observation/f1"}]}
    section = {"code": cc(LOINC, code), "section": [inner]}
    found = reading([*report(), finding("f1", None), _document(section)])
    assert [one.laterality for one in found.facts.findings] == [side]
