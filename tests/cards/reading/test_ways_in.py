"""By which way an Observation is reached, and what it then counts as, by hand-worked reports."""

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

ABSENT = {"code": cc(RDE, "RDE1556"), "valueCodeableConcept": cc(RDE, "RDE1556_absent")}
MASS = cc(RDE, "RDES246")


def found(resources: list[Any]) -> list[str]:
    """The ids of the Observations that the findings rest on."""
    sources = reading(resources).sources
    return [reference for references in sources.findings.values() for reference in references]


@pytest.mark.parametrize(
    ("kind", "missed"),
    [("ImagingStudy", False), ("Observation", True), ("QuestionnaireResponse", True), (None, True)],
)
def test_the_stated_type_of_a_reference_says_whether_it_is_missed(kind: str | None, missed: bool):
    """An identifier of an imaging study is no lost finding; one of an Observation may be."""
    reference = {"identifier": {"value": "77"}} | ({} if kind is None else {"type": kind})
    assert reading(report(finding("f1", derivedFrom=[reference]))).incomplete is missed


def test_observations_in_the_supporting_info_are_read():
    """R5 lets a report name supporting Observations; studies named there are no findings."""
    names = ("Observation/f1", "ImagingStudy/s1", "Observation/lost")
    info = [{"reference": {"reference": name}} for name in names]
    resources = [*report(supportingInfo=info), finding("f1"), {"resourceType": "ImagingStudy", "id": "s1"}]
    assert found(resources) == ["Observation/f1"]
    assert reading(resources).incomplete is False


def _document(entry: str, **members: Any) -> Resource:
    section = {"entry": [{"reference": entry}]}
    return {"resourceType": "Composition", "id": "c1", "section": [section]} | members


def test_a_member_contained_in_an_entry_of_a_document_is_found_there():
    """#f1 is looked for in the Observation that refers to it, not in the document."""
    group = observation("g", cc(RDE, "RDES245"), hasMember=[{"reference": "#f1"}]) | {
        "contained": [finding("f1")]
    }
    assert len(found([*report(), _document("Observation/g"), group])) == 1


def test_a_finding_contained_in_a_document_is_found_there():
    """#g and its member #f1 stand inside the document."""
    group = observation("g", cc(RDE, "RDES245"), hasMember=[{"reference": "#f1"}])
    assert len(found([*report(), _document("#g", contained=[group, finding("f1")])])) == 1


def test_a_described_finding_whose_own_value_is_absent_is_a_finding():
    """What its component says stands against the absent value."""
    part = {"code": cc(RDE, "RDE1565"), "valueCodeableConcept": cc(RDE, "RDE1565_amorphous")}
    own = observation(
        "f1", cc(SCT, "129748009"), LEFT, dataAbsentReason=cc("http://x", "unknown"), component=[part]
    )
    read_well = reading(report(own))
    assert [one.morphology for one in read_well.facts.findings] == [("amorphous",)]
    assert read_well.incomplete is False


@pytest.mark.parametrize(("component", "other"), [([], True), ([ABSENT], False)])
def test_a_mass_that_is_absent_is_no_other_finding(component: list, other: bool):
    """A mass explains a category; one that is coded as absent does not."""
    seen = reading(report(observation("m", MASS, LEFT, component=component)))
    assert seen.facts.other_suspicious_finding is other


def test_a_finding_whose_kind_is_a_distortion_is_another_finding():
    """The code says finding, the value which: architectural distortion, alone or as a component."""
    distortion = cc(SCT, "129792006")
    assert reading(report(question("o", cc(DCM, "121071"), distortion, LEFT))).facts.other_suspicious_finding
    part = {"code": cc(DCM, "121071"), "valueCodeableConcept": distortion}
    seen = observation("o", cc(DCM, "121071"), LEFT, component=[part])
    assert reading(report(seen)).facts.other_suspicious_finding
    assert codes(reading(report(seen))) == set()


@pytest.mark.parametrize("item", ["x", {"answer": ["x"]}, {"answer": [{"valueCoding": 7}]}])
def test_a_form_with_a_part_of_a_wrong_type_is_unreadable(item: Any):
    """What stands beside that part is read, and the reading says that it is not whole."""
    answers = [{"valueCoding": {"system": RDE, "code": "RDE1565_amorphous"}}]
    form = {
        "resourceType": "QuestionnaireResponse",
        "id": "q1",
        "status": "completed",
        "item": [{"linkId": "1", "answer": answers}, item],
    }
    head = report(result=[{"reference": "QuestionnaireResponse/q1"}])[0]
    whole = reading([head, form | {"item": form["item"][:1]}])
    broken = reading([head, form])
    assert (whole.unreadable, broken.unreadable) == (False, True)
    assert broken.facts.findings == whole.facts.findings != ()


def _number(value: str) -> dict[str, Any]:
    return {"identifier": {"system": "https://ris.example.org/orders", "value": value}}


@pytest.mark.parametrize(
    ("order", "of_form", "read"),
    [
        (_number("17"), _number("17"), True),
        (_number("17"), _number("18"), False),
        ({"display": "Mammogram"}, {"display": "Mammogram"}, False),
        ({"reference": "#order"}, {"reference": "#order"}, False),
        ("ServiceRequest/s1", "ServiceRequest/s1", False),
    ],
)
def test_a_form_is_read_where_it_names_the_order_of_the_report(order: Any, of_form: Any, read: bool):
    """An address or a number is the same order; words, and an order inside each of the two, are not."""
    answers = [{"valueCoding": {"system": RDE, "code": "RDE1565_amorphous"}}]
    form = {
        "resourceType": "QuestionnaireResponse",
        "id": "q1",
        "status": "completed",
        "basedOn": [of_form],
        "item": [{"linkId": "1", "answer": answers}],
    }
    assert bool(reading([*report(basedOn=[order]), form]).facts.findings) == read
