"""One golden example for each way in which findings arrive, and for each generation of codes."""

from __future__ import annotations

from typing import Any

import pytest

from cards.reading import ReportContext, read
from cards.terminology import load_terminology
from tests.cards.reading.encoders import CHANGES, IG_CODES, SLICES
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


def _said(resources: list[Resource], **context: Any) -> list[tuple[str, tuple[str, ...], str, str]]:
    return [
        (one.laterality, one.morphology, one.distribution, one.change)
        for one in reading(resources, **context).facts.findings
    ]


def _part(asks: Resource, value: Resource) -> Resource:
    return {"code": asks, "valueCodeableConcept": value}


def test_the_2019_guide_puts_everything_into_one_observation() -> None:
    """0.1.0: a breast abnormality of type calcification with its attributes as components."""
    asks = f"{IG}breastrad-BreastAbnormalityCodesCS"
    whole = observation(
        "o1",
        cc(asks, "BreastAbnormalityObservationCode"),
        LEFT,
        component=[
            _part(cc(asks, "AbnormalityType"), cc(f"{IG}breastrad-AbnormalityTypeCS", "Calcification")),
            _part(
                cc(asks, "CalcificationType"), cc(f"{IG}breastrad-CalcificationTypeCS", "PleomorphicADDFine")
            ),
            _part(cc(asks, "Change"), cc(f"{IG}breastrad-ChangeCS", "IncreasedInNumber")),
            _part(cc(asks, "BiRadCode"), cc(f"{IG}breastrad-BiRadCodeCS", "BIRAD4BModerateSuspicion")),
            _part(
                cc(asks, "AssociatedFindings"), cc(f"{IG}breastrad-AssociatedFindingsCS", "NippleRetraction")
            ),
        ],
    )
    found = reading(report(whole)).facts.findings
    assert [
        (one.laterality, one.morphology, one.change, one.associated_features, one.assessment) for one in found
    ] == [("left", ("fine_pleomorphic",), "increasing", ("skin_retraction",), "4B")]


def test_the_2020_guide_has_its_own_component_codes() -> None:
    """0.2.0: mgCalcificationType, obsDistribution and targetBiRads."""
    asks = f"{IG}ObservationComponentSliceCodes"
    whole = observation(
        "o1",
        cc(f"{IG}ObservationCodes", "mgAbnormalityCalcificationObservation"),
        RIGHT,
        component=[
            _part(
                cc(asks, "mgCalcificationType"), cc(f"{IG}MammoCalcificationTypeCS", "CoarseHeterogeneous")
            ),
            _part(
                cc(asks, "obsDistribution"), cc(f"{IG}CalcificationDistributionCS", "SegmentalDistribution")
            ),
            _part(cc(asks, "obsChanges"), cc(CHANGES, "Stable")),
            _part(cc(asks, "targetBiRads"), cc(f"{IG}BiRadsAssessmentCategoriesCS", "Category4C")),
        ],
    )
    assert _said(report(whole)) == [("right", ("coarse_heterogeneous",), "segmental", "stable")]
    assert reading(report(whole)).facts.findings[0].assessment == "4C"


def test_the_early_2022_guide_names_the_finding_otherwise() -> None:
    """0.3.0 of February 2022: abnormalityCalcificationObservation with word codes."""
    whole = observation(
        "o1",
        cc(IG_CODES, "abnormalityCalcificationObservation"),
        LEFT,
        component=[
            _part(cc(SLICES, "calcificationType"), cc(f"{IG}CalcificationTypeCS", "Amorphous")),
            _part(
                cc(SLICES, "obsDistribution"), cc(f"{IG}CalcificationDistributionCS", "GroupedDistribution")
            ),
            _part(cc(SLICES, "biRadsAssessmentCategory"), category("4A")),
        ],
    )
    assert _said(report(whole)) == [("left", ("amorphous",), "grouped", "not_compared")]


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
    assert _said([bundle]) == [("left", ("amorphous",), "grouped", "not_compared")]


def test_sections_named_with_study_codes_tell_the_side() -> None:
    """0.1.0 documents name the sections of the breasts with LOINC study codes."""
    composition = {
        "resourceType": "Composition",
        "id": "c1",
        "section": [{"code": cc(LOINC, "26216-2"), "entry": [{"reference": "Observation/o1"}]}],
    }
    assert _said([*report(), composition, finding("o1", None)])[0][0] == "right"


def test_a_document_of_another_report_gives_nothing() -> None:
    """With two reports, a document counts for the one it refers to."""
    composition = {
        "resourceType": "Composition",
        "id": "c1",
        "section": [{"entry": [{"reference": "DiagnosticReport/r2"}, {"reference": "Observation/o1"}]}],
    }
    other = report(ident="r2")[0]
    assert _said([*report(), other, composition, finding("o1")]) == []


def test_a_specific_code_is_the_finding() -> None:
    """Shape B: Observation.code names the kind, the value says present."""
    shown = observation("o1", cc(SCT, "129760005"), LEFT, valueCodeableConcept=cc(SCT, "52101004"))
    assert _said(report(shown)) == [("left", ("amorphous",), "not_stated", "not_compared")]


def test_an_exam_code_may_carry_category_and_finding() -> None:
    """Shape D: the category belongs to the report, the finding has none of its own."""
    exam = observation(
        "o1",
        cc(LOINC, "24606-6"),
        valueCodeableConcept=category("0"),
        component=[_part(cc(SCT, "129714008"), cc(SCT, "44771000"))],
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
        assert len(_said([*report(organizer), presence, kind])) == expected


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
    assert _said(report(conclusionCode=[category("4"), cc(system, code)])) == [
        ("missing", (), "not_stated", "not_compared")
    ]


def test_a_conclusion_code_does_not_repeat_a_finding() -> None:
    """What an Observation already says is not counted twice; another morphology is."""
    assert len(_said(report(finding("o1"), conclusionCode=[cc(SCT, "44771000"), cc(SCT, "129760005")]))) == 1
    assert len(_said(report(finding("o1"), conclusionCode=[cc(DCM, "111344")]))) == 2


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
    assert _said([*report(), linked]) == [("left", (), "not_stated", "not_compared")]
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


def test_radelement_codes_are_read_where_the_site_accepts_them() -> None:
    """Dotted value codes are unverified: unmapped by default, read when accepted."""
    own = finding("o1", component=[_part(cc(RDE, "RDE1565"), cc("https://radelement.org/", "RDE1565.13"))])
    own["component"] = own["component"][2:] + own["component"][1:2]
    asked = ReportContext(report_id="r1")
    assert reading(report(own)).facts.findings[0].morphology == ("https://radelement.org/|RDE1565.13",)
    accepted = read(report(own), asked, terminology=load_terminology(accept_unverified=True))
    assert accepted.facts.findings[0].morphology == ("fine_pleomorphic",)


def test_the_r5_forms_are_read() -> None:
    """R5: bodyStructure reference on the Observation, CodeableReference as evidence of a Condition."""
    own = finding("o1", None, bodyStructure={"reference": "BodyStructure/b"})
    structure = {
        "resourceType": "BodyStructure",
        "id": "b",
        "includedStructure": [{"structure": cc(SCT, "76752008"), "laterality": cc(SCT, "24028007")}],
    }
    assert _said([*report(own), structure])[0][0] == "right"
    linked = _condition(evidence=[{"reference": {"reference": "Observation/o1"}}])
    assert len(_said([*report(own), structure, linked])) == 2


def test_fine_linear_branching_inside_a_distribution_is_a_morphology() -> None:
    """Both codes of the list are moved to the morphology, the distribution is not stated."""
    for system, code in ((RDE, "RDE1568_fineLinearBranching"), (SCT, "129762002")):
        own = finding("o1")
        own["component"][1]["valueCodeableConcept"] = cc(system, code)
        assert _said(report(own)) == [
            ("left", ("amorphous", "fine_linear_branching"), "not_stated", "not_compared")
        ]


def test_a_bare_word_is_kept_as_such() -> None:
    """R-DQ-11: fine and heterogeneous alone are spelled so; with a clear synonym they are not."""
    heterogeneous = {"system": SCT, "code": "129763007"}
    clear = {"system": RDE, "code": "RDE1565_coarseHeterogeneous"}
    for codings, expected in (
        ([heterogeneous], "heterogeneous"),
        ([heterogeneous, clear], "coarse_heterogeneous"),
    ):
        own = finding("o1")
        own["component"][0]["valueCodeableConcept"] = {"coding": codings}
        assert _said(report(own))[0][1] == (expected,)


def test_calcifications_as_a_feature_of_a_mass_are_a_finding_with_a_mass() -> None:
    """The guide sends them as an associated feature; the mass is another suspicious finding."""
    mass = observation("o1", cc(RDE, "RDES246"), LEFT, hasMember=[{"reference": "Observation/f"}])
    feature = observation(
        "f", cc(RDE, "RDE1571"), component=[_part(cc(RDE, "RDE1571"), cc(RDE, "RDE1571_calcifications"))]
    )
    facts = reading([*report(mass), feature]).facts
    assert facts.other_suspicious_finding
    assert [(one.laterality, one.morphology, one.associated_features) for one in facts.findings] == [
        ("left", ("unspecified",), ("mass",))
    ]


def test_a_differential_is_no_descriptor() -> None:
    """What a finding resembles never becomes its morphology."""
    own = finding("o1", component=[_part(cc(SLICES, "consistentWithValue"), cc(SCT, "396779001"))])
    assert _said(report(own))[0][1] == ("amorphous",)


def test_several_changes_give_the_most_serious() -> None:
    """Stable in size and more of them is an increase."""
    own = finding(
        "o1",
        component=[
            _part(cc(SLICES, "obsChanges"), cc(CHANGES, "Stable")),
            _part(cc(SLICES, "obsChanges"), cc(CHANGES, "IncreaseInNumber")),
        ],
    )
    facts = reading(report(own)).facts
    assert (facts.findings[0].change, facts.comparison_status) == ("increasing", "compared")


def test_site_codes_fill_what_no_published_code_can() -> None:
    """Symmetry, place in a lumpectomy bed, nearness to a cancer, grade of arterial calcification."""
    header = "concept,system,code,display,source,verified,note\n"
    names = [
        "symmetry_unilateral",
        "in_lumpectomy_bed",
        "near_known_cancer",
        "bac_grade_2",
        "no_prior_exists",
    ]
    rows = "".join(f"{name},http://x,{name},,site,true,\n" for name in names)
    parts = [_part(cc("http://x", "q"), cc("http://x", name)) for name in names]
    facts = read(
        report(finding("o1", component=parts)),
        ReportContext(report_id="r1"),
        terminology=load_terminology(header + rows),
    ).facts
    one = facts.findings[0]
    assert (one.symmetry, one.location_context, one.near_known_cancer) == (
        "unilateral",
        "lumpectomy_bed",
        True,
    )
    assert (facts.bac_grade, facts.comparison_status) == (2, "no_prior_exists")
