"""What was met on the way is told with its place and its code, also in the corners of a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cards.reading.data_file import data_rows
from cards.terminology import BrokenTable
from tests.cards.reading.encoders import IG_CODES
from tests.cards.reading.report_builder import (
    DCM,
    ICD,
    LEFT,
    LOINC,
    RDE,
    RIGHT,
    SCT,
    Resource,
    assessed,
    category,
    cc,
    finding,
    observation,
    patient,
    question,
    reading,
    report,
)

LATERALITY = "http://hl7.org/fhir/us/breast-radiology/StructureDefinition/BreastLateralityExtension"


def told(resources: list[Any], **context: Any) -> list[tuple[str, str]]:
    """Place and code of each problem."""
    return [(one.location, one.code) for one in reading(resources, **context).problems]


def test_a_resource_without_a_type_is_told_by_its_position():
    """The second resource is one nobody can name."""
    assert told([report()[0], {"id": "x"}]) == [("resources[1]", "unreadable-resource")]


def test_several_distributions_are_told_at_the_finding():
    """The most suspicious one is used, and of codes that no table knows the first by name."""
    second = {"code": cc(RDE, "RDE1568"), "valueCodeableConcept": cc(RDE, "RDE1568_linear")}
    resources = report(finding("f1", component=[second]))
    assert told(resources) == [("Observation/f1", "several-distributions")]
    assert reading(resources).facts.findings[0].distribution == "linear"
    unknown = {"code": cc(RDE, "RDE1568"), "valueCodeableConcept": cc("http://x", "b")}
    other = {"code": cc(RDE, "RDE1568"), "valueCodeableConcept": cc("http://x", "a")}
    own = observation("f1", cc(RDE, "RDES241"), LEFT, component=[unknown, other])
    assert reading(report(own)).facts.findings[0].distribution == "http://x|a"


def test_a_row_that_stands_twice_is_named_in_the_refusal(monkeypatch: pytest.MonkeyPatch):
    """The refusal of a small table says the words of its key."""
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "system,code\nsct,1\nsct,1\n")
    with pytest.raises(BrokenTable, match=r"^t\.csv, line 3: sct 1 stands here twice$"):
        data_rows("t.csv", ("system", "code"), key=2)


def test_what_is_wrong_in_an_earlier_report_is_no_problem_of_this_one():
    """A study code with other words and a date nobody can read stay with the earlier report."""
    old = report(
        finding("old", own="3"),
        ident="r0",
        code=cc(LOINC, "26346-7", "MG Breast - bilateral Screening"),
        category=[cc(LOINC, "LP29684-5")],
        effectiveDateTime="2025-11-04",
        issued="someday",
        status="final",
    )
    assert told([*report(finding("f1")), *old]) == []
    assert len(reading([*report(finding("f1")), *old]).sources.earlier_reports) == 1


def test_conclusion_codes_of_a_wrong_type_make_the_report_unreadable():
    """The report is named, and nothing is concluded from what stands there."""
    found = reading([report()[0] | {"conclusionCode": "R92.0"}])
    assert [(one.location, one.code) for one in found.problems] == [
        ("DiagnosticReport/r1", "unreadable-resource")
    ]
    assert found.unreadable


def test_a_side_that_contradicts_itself_in_a_form_is_told_at_its_group():
    """Left and right in one group of a form are a missing side."""
    sides = [{"valueCoding": {"system": SCT, "code": code}} for code in (LEFT, RIGHT)]
    item = {"linkId": "1", "answer": [*sides, {"valueCoding": {"system": SCT, "code": "129760005"}}]}
    form = {"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "item": [item]}
    resources = [*report(result=[{"reference": "QuestionnaireResponse/q"}]), form]
    assert ("contradicting-sides") in {code for _, code in told(resources)}
    assert [one.laterality for one in reading(resources).facts.findings] == ["missing"]


def test_findings_that_cannot_be_told_apart_are_told_at_the_first():
    """Two kinds of calcification below one heading, with nothing that says which goes with which."""
    kinds = [
        question(f"k{number}", cc(DCM, "111009"), cc(SCT, code), LEFT)
        for number, code in enumerate(("129760005", "129759000"))
    ]
    assert ("Observation/k0", "findings-not-told-apart") in told(report(*kinds))


def test_a_plain_coding_in_an_extension_or_an_answer_is_read_like_a_concept():
    """valueCoding says the side of a place and the answer of a component."""
    side = {"url": LATERALITY, "valueCoding": {"system": SCT, "code": "7771000"}}
    own = finding("f1", None) | {"extension": [side]}
    own["component"][0] = {
        "code": cc(RDE, "RDE1565"),
        "valueCoding": {"system": RDE, "code": "RDE1565_punctate"},
    }
    (one,) = reading(report(own)).facts.findings
    assert (one.laterality, one.morphology) == ("left", ("punctate",))


def test_an_empty_interpretation_is_a_wrong_type_and_no_answer():
    """null, an empty text and zero stand where a list belongs."""
    for value in (None, "", 0):
        assert reading(report(finding("f1") | {"interpretation": value})).unreadable
    assert not reading(report(finding("f1") | {"interpretation": []})).unreadable


def test_a_category_for_a_breast_with_more_imaging_advised_is_incomplete_for_imaging():
    """0 of an other finding becomes 0A where imaging is advised, before it is compared with others."""
    mass = observation("m1", cc(RDE, "RDES246"), LEFT)
    own = {"code": cc(RDE, "RDE1586"), "valueCodeableConcept": category("0")}
    mass["component"] = [own]
    advice = question("n1", cc(DCM, "111053"), cc(DCM, "111135"))
    facts = reading(report(mass, advice)).facts
    assert facts.recommendation is not None
    assert facts.assessment_left == "0A"


@pytest.mark.parametrize(
    ("overall", "own", "other"),
    [("4", "4A", False), ("4", "3", True), ("4B", "4A", True), ("4A", None, False)],
)
def test_a_category_above_every_finding_means_something_else(overall: str, own: str | None, other: bool):
    """A plain 4 may be the 4A of the finding; a finding without a category leaves it open."""
    facts = reading(report(finding("f1", own=own), conclusionCode=[category(overall)])).facts
    assert facts.other_suspicious_finding is other


@pytest.mark.parametrize("contained", [True, False])
def test_a_condition_inside_the_report_is_a_finding_with_its_side(contained: bool):
    """Contained it belongs to the report; beside it, only with evidence that leads there."""
    condition: Resource = {
        "resourceType": "Condition",
        "id": "k",
        "code": cc(ICD, "R92.0"),
        "bodySite": [cc(SCT, LEFT)],
        "evidence": [{"detail": [{"reference": "Observation/elsewhere"}]}],
    }
    elsewhere = observation("elsewhere", cc(RDE, "RDES241"))
    head = report()[0]
    resources = [head | {"contained": [condition]}] if contained else [head, condition, elsewhere]
    assert [one.laterality for one in reading(resources).facts.findings] == (["left"] if contained else [])


def test_two_findings_with_conditions_keep_the_side_of_each():
    """A condition of the right breast does not take the side of the group above another one."""
    linked = {"evidence": [{"detail": [{"reference": "DiagnosticReport/r1"}]}]}
    conditions = [
        {"resourceType": "Condition", "id": side, "code": cc(ICD, "R92.0"), "bodySite": [cc(SCT, side)]}
        | linked
        for side in (LEFT, RIGHT)
    ]
    assert [one.laterality for one in reading([*report(), *conditions]).facts.findings] == ["left", "right"]


@pytest.mark.parametrize(
    ("value", "expected"), [(9999, "P9999M"), (10_000, None), (10_000.5, None), (0, None)]
)
def test_an_interval_of_a_length_nobody_means_is_not_read(value: float, expected: str | None):
    """Ten thousand months are a mistyped number."""
    timed = {"code": cc(DCM, "111055"), "valueQuantity": {"value": value, "code": "mo"}}
    advice = question("n1", cc(DCM, "111053"), cc(DCM, "111142"), component=[timed])
    assert reading(report(finding("f1"), advice)).facts.recommended_interval == expected


def test_the_category_of_the_right_breast_led_to_its_biopsy():
    """The category behind a biopsy is that of the finding's own breast, not the report's."""
    result = {"code": cc(DCM, "111042"), "valueCodeableConcept": cc(SCT, "6660000")}
    own = finding("f1", RIGHT, component=[result], effectiveDateTime="2026-05-06")
    breasts = [assessed("l", "5", LEFT), assessed("r", "4A", RIGHT)]
    facts = reading(report(own, *breasts, conclusionCode=[category("5")])).facts
    assert facts.findings[0].imaging_category_at_biopsy == "4A"


def test_the_patient_of_the_hook_is_not_taken_for_another_patient_of_the_report():
    """The report names its patient; the context is asked only where that one did not come."""
    named = patient(id="p2", birthDate="1990-01-01")
    resources = [*report(subject={"reference": "Patient/p2"}), patient(), named]
    assert reading(resources).facts.age_years == 36
    assert reading([*report(subject=None), patient()]).facts.age_years == 56
    assert reading([*report(subject=None), patient()], patient_id=None).facts.age_years is None


def test_a_mass_says_what_calcifications_below_its_own_group_belong_to():
    """A mass below a calcification finding is a feature of it; below a heading it is one of its own."""
    mass = observation("m", cc(RDE, "RDES246"), LEFT)
    own = finding("f1", hasMember=[{"reference": "Observation/m"}])
    group = observation("g", cc(IG_CODES, "mgFindingObservation"), hasMember=[{"reference": "Observation/m"}])
    below = reading([*report(own), mass]).facts.findings
    beside = reading([*report(group, finding("f1")), mass]).facts.findings
    assert [one.associated_features for one in below] == [("mass",)]
    assert [one.associated_features for one in beside] == [()]


def test_a_pathology_report_alone_is_a_biopsy_of_its_day():
    """Final and with a known diagnosis it shows that tissue was taken; else it shows nothing."""
    diagnosis = question("p1", cc(LOINC, "22637-3"), cc(SCT, "30807003"), effectiveDateTime="2026-01-12")
    unknown = question("p1", cc(LOINC, "22637-3"), cc("http://x", "y"), effectiveDateTime="2026-01-12")
    path = {
        "resourceType": "DiagnosticReport",
        "id": "path",
        "status": "final",
        "code": cc(LOINC, "60568-3"),
        "effectiveDateTime": "2026-01-12",
        "result": [{"reference": "Observation/p1"}],
    }

    def taken(*resources: Resource) -> list[str]:
        return [str(one.day) for one in reading([*report(finding("f1")), *resources]).sources.biopsies]

    assert taken(path, diagnosis) == ["2026-01-12"]
    assert taken(path | {"status": "preliminary"}, diagnosis) == []
    assert taken(path, unknown) == []


def _order(ident: str, **members: Any) -> Resource:
    own: Resource = {"resourceType": "ServiceRequest", "id": ident, "status": "active", "intent": "order"}
    return own | {"code": cc(LOINC, "26346-7")} | members


@pytest.mark.parametrize(("intent", "advised"), [("proposal", True), ("order", False)])
def test_a_mammogram_without_any_date_follows_only_where_it_is_proposed(intent: str, advised: bool):
    """An order without dates may be the one of the exam itself."""
    facts = reading([*report(finding("f1")), _order("s1", intent=intent)]).facts
    assert (facts.recommendation is not None) is advised


def test_orders_for_different_days_are_told_and_the_first_counts():
    """Two follow-ups are ordered: the earlier one counts, and the later one is named."""
    orders = [
        _order(ident, authoredOn="2026-05-05", occurrenceDateTime=day)
        for ident, day in (("s1", "2026-11-04"), ("s2", "2026-09-04"))
    ]
    resources = [*report(finding("f1")), *orders]
    assert reading(resources).facts.recommended_interval == "P4M"
    assert ("ServiceRequest/s1", "several-intervals") in told(resources)


def test_the_place_of_an_order_may_stand_inside_it():
    """A BodyStructure that the order contains says its breast."""
    structure = {
        "resourceType": "BodyStructure",
        "id": "b",
        "includedStructure": [{"structure": cc(SCT, "76752008"), "laterality": cc(SCT, "7771000")}],
    }
    inside = _order("s1", authoredOn="2026-05-05", contained=[structure], bodyStructure={"reference": "#b"})
    assert reading([*report(finding("f1")), inside]).facts.recommendation_side == "left"


@pytest.mark.parametrize(("moment", "seen"), [("viewing", 1), ("ordering", 1), ("after_signature", 0)])
def test_later_exams_are_looked_for_when_the_report_is_an_old_one(moment: Any, seen: int):
    """While its patient is viewed or an order is placed; at the signature there are none."""
    later = report(ident="r2", effectiveDateTime="2026-11-04", issued="2026-11-05")
    found = reading([*report(finding("f1")), *later], moment=moment)
    assert len(found.sources.later_exams) == seen


@pytest.mark.parametrize(("names", "other"), [(("1", "2"), False), (("2", "4"), True), ((), True)])
def test_a_mass_that_was_called_benign_is_no_other_suspicious_finding(names: tuple[str, ...], other: bool):
    """Its own categories 1 and 2 settle it; without one it counts."""
    parts = [{"code": cc(RDE, "RDE1586"), "valueCodeableConcept": category(name)} for name in names]
    mass = observation("m", cc(RDE, "RDES246"), LEFT, component=parts)
    assert reading(report(finding("f1", own="2"), mass)).facts.other_suspicious_finding is other
