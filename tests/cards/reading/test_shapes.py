"""One golden example for each way in which findings arrive."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cards.reading.encoders import IG_CODES, part, said
from tests.cards.reading.report_builder import (
    DCM,
    ICD,
    LEFT,
    LOINC,
    RDE,
    RIGHT,
    SCT,
    Resource,
    category,
    cc,
    codes,
    finding,
    observation,
    question,
    reading,
    report,
)

IG = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/"
LT = "https://tx.hl7.lt/fhir/CodeSystem/breast-questionnaire-options"
SRT = "http://snomed.info/srt"


def test_a_document_holds_the_findings_that_its_report_may_not_list() -> None:
    """0.3.0: DiagnosticReport.result is empty; findings hang below the sections of the Composition."""
    own = finding("o1", None)
    group = observation(
        "mg", cc(IG_CODES, "mgFindingObservation"), hasMember=[{"reference": "Observation/o1"}]
    )
    left = observation(
        "l", cc(IG_CODES, "findingsLeftBreastObservation"), hasMember=[{"reference": "Observation/mg"}]
    )
    earlier = finding("old", RIGHT)
    composition = {
        "resourceType": "Composition",
        "id": "c1",
        "section": [
            {
                "code": cc(f"{IG}CompositionSectionSliceCodesCS", "report"),
                "entry": [{"reference": "DiagnosticReport/r1"}],
            },
            {
                "code": cc(f"{IG}CompositionSectionSliceCodesCS", "findingsLeftBreast"),
                "entry": [{"reference": "Observation/l"}],
            },
            {
                "code": cc(f"{IG}CompositionSectionSliceCodesCS", "relatedResources"),
                "entry": [{"reference": "Observation/old"}],
            },
        ],
    }
    head = report(result=None)[0]
    entries = [{"resource": one} for one in (composition, head, left, group, own, earlier)]
    bundle = {"resourceType": "Bundle", "type": "document", "entry": entries}
    assert said([bundle]) == [("left", ("amorphous",), "grouped", "not_compared")]


def test_a_document_of_another_report_gives_nothing() -> None:
    """With two reports, a document counts for the one it refers to."""
    composition = {
        "resourceType": "Composition",
        "id": "c1",
        "section": [{"entry": [{"reference": "DiagnosticReport/r2"}, {"reference": "Observation/o1"}]}],
    }
    other = report(ident="r2")[0]
    assert said([*report(), other, composition, finding("o1")]) == []


def test_a_specific_code_is_the_finding() -> None:
    """Shape B: Observation.code names the kind, the value says present."""
    shown = observation("o1", cc(SCT, "129760005"), LEFT, valueCodeableConcept=cc(SCT, "52101004"))
    assert said(report(shown)) == [("left", ("amorphous",), "not_stated", "not_compared")]


def test_an_exam_code_may_carry_category_and_finding() -> None:
    """Shape D: the category belongs to the report, the finding has none of its own."""
    exam = observation(
        "o1",
        cc(LOINC, "24606-6"),
        valueCodeableConcept=category("0"),
        component=[part(cc(SCT, "129714008"), cc(SCT, "44771000"))],
    )
    facts = reading(report(exam, code=cc(LOINC, "26175-0"))).facts
    assert (facts.assessment_overall, [(one.morphology, one.assessment) for one in facts.findings]) == (
        "0A",
        [(("unspecified",), None)],
    )


def test_a_summary_leads_to_what_it_was_derived_from() -> None:
    """Shape F: the category of the summary is the breast's, the finding lies behind derivedFrom."""
    summary = question(
        "s", cc(SCT, "146611000146107"), category("4"), LEFT, derivedFrom=[{"reference": "Observation/o1"}]
    )
    facts = reading([*report(summary), finding("o1", None)]).facts
    assert (facts.assessment_left, [(one.laterality, one.assessment) for one in facts.findings]) == (
        "4",
        [("left", None)],
    )


def test_an_organizer_says_first_whether_it_is_there() -> None:
    """Shape F: the first member is the presence; absent means no finding, present means one."""
    members = [{"reference": f"Observation/{name}"} for name in ("p", "m")]
    organizer = observation("o", cc("http://example.org", "group"), LEFT, hasMember=members)
    kind = observation("m", cc(DCM, "111009"), valueCodeableConcept=cc(SCT, "129760005"))
    for code, expected in (("RDE1556_present", 1), ("RDE1556_absent", 0)):
        presence = observation("p", cc(RDE, "RDE1556"), valueCodeableConcept=cc(RDE, code))
        assert len(said([*report(organizer), presence, kind])) == expected


def test_a_converted_dicom_report_keeps_its_groups_apart() -> None:
    """Shape G with SRT codes: two groups are two findings, each with its own BodyStructure."""
    groups = []
    rest: list[Resource] = []
    for name, side, kind in (("1", "G-A101", "F-0176C"), ("2", "G-A100", "F-01768")):
        members = [{"reference": f"Observation/t{name}"}, {"reference": f"Observation/d{name}"}]
        site = {
            "url": "http://hl7.org/fhir/StructureDefinition/bodySite",
            "valueReference": {"reference": f"BodyStructure/b{name}"},
        }
        groups.append(
            observation(
                f"g{name}",
                cc(DCM, "111059"),
                extension=[site],
                category=[cc(DCM, "125007")],
                hasMember=members,
            )
        )
        rest.append(observation(f"t{name}", cc(DCM, "111009"), valueCodeableConcept=cc(SRT, kind)))
        rest.append(observation(f"d{name}", cc(DCM, "111008"), valueCodeableConcept=cc(SRT, "F-01772")))
        structure = {"resourceType": "BodyStructure", "id": f"b{name}", "location": cc(SRT, "T-04000")}
        rest.append({**structure, "locationQualifier": [cc(SRT, side), cc(SCT, "76365002")]})
    found = reading([*report(*groups), *rest])
    assert [(one.laterality, one.morphology, one.distribution) for one in found.facts.findings] == [
        ("left", ("amorphous",), "grouped"),
        ("right", ("round",), "grouped"),
    ]
    assert found.sources.places == {"F1": ("quadrant_upper_outer",), "F2": ("quadrant_upper_outer",)}


@pytest.mark.parametrize(("system", "code"), [(SCT, "44771000"), (ICD, "R92.0"), (ICD, "R92.1")])
def test_a_conclusion_code_alone_is_a_finding_without_descriptors(system: str, code: str) -> None:
    """Shape H: morphology [], side missing."""
    assert said(report(conclusionCode=[category("4"), cc(system, code)])) == [
        ("missing", (), "not_stated", "not_compared")
    ]


def test_a_conclusion_code_does_not_repeat_a_finding() -> None:
    """What an Observation already says is not counted twice; another morphology is."""
    assert len(said(report(finding("o1"), conclusionCode=[cc(SCT, "44771000"), cc(SCT, "129760005")]))) == 1
    assert len(said(report(finding("o1"), conclusionCode=[cc(DCM, "111344")]))) == 2


def test_answers_of_a_form_are_read_by_group() -> None:
    """Shape I: each group of the form is a place of its own."""
    item = [
        {
            "linkId": side,
            "item": [
                {"linkId": f"{side}1", "answer": [{"valueCoding": {"system": LT, "code": side}}]},
                {
                    "linkId": f"{side}2",
                    "answer": [
                        {
                            "valueCoding": {"system": LT, "code": "finding-calcification"},
                            "item": [
                                {"linkId": "q", "answer": [{"valueCoding": {"system": LT, "code": "uoq"}}]}
                            ],
                        }
                    ],
                },
            ],
        }
        for side in ("left", "right")
    ]
    form = {
        "resourceType": "QuestionnaireResponse",
        "id": "q1",
        "status": "completed",
        "basedOn": [{"reference": "ServiceRequest/s1"}],
        "item": item,
    }
    resources = [*report(basedOn=[{"reference": "ServiceRequest/s1"}]), form]
    found = reading(resources)
    assert [(one.laterality, one.morphology) for one in found.facts.findings] == [
        ("left", ("unspecified",)),
        ("right", ("unspecified",)),
    ]
    assert found.sources.places["F1"] == ("quadrant_upper_outer",)
    assert reading([*report(), form]).facts.findings == ()


def _condition(**members: Any) -> Resource:
    own = {"resourceType": "Condition", "id": "k", "code": cc(ICD, "R92.0"), "bodySite": [cc(SCT, LEFT)]}
    return own | members


def test_a_condition_counts_where_the_report_is_its_evidence() -> None:
    """Shape J: linked it is a finding, alone it is the patient's history and is named as that."""
    linked = _condition(evidence=[{"detail": [{"reference": "DiagnosticReport/r1"}]}])
    assert said([*report(), linked]) == [("left", (), "not_stated", "not_compared")]
    alone = reading([*report(), _condition()])
    assert (alone.facts.findings, codes(alone)) == ((), {"condition-not-linked"})


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_a_refuted_condition_says_nothing(status: str) -> None:
    """Verification decides before anything else."""
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    linked = _condition(
        evidence=[{"detail": [{"reference": "DiagnosticReport/r1"}]}], verificationStatus=cc(system, status)
    )
    found = reading([*report(), linked])
    assert (found.facts.findings, codes(found)) == ((), set())
