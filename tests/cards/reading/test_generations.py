"""Generations of codes and versions of FHIR, and codes that need care: a golden example each."""

from __future__ import annotations

from cards.reading import ReportContext, read
from cards.terminology import load_terminology
from tests.cards.reading.encoders import CHANGES, IG_CODES, SLICES, part, said
from tests.cards.reading.report_builder import (
    ICD,
    LEFT,
    LOINC,
    RDE,
    RIGHT,
    SCT,
    category,
    cc,
    finding,
    observation,
    reading,
    report,
)

IG = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/"


def test_the_2019_guide_puts_everything_into_one_observation() -> None:
    """0.1.0: a breast abnormality of type calcification with its attributes as components."""
    asks = f"{IG}breastrad-BreastAbnormalityCodesCS"
    whole = observation(
        "o1",
        cc(asks, "BreastAbnormalityObservationCode"),
        LEFT,
        component=[
            part(cc(asks, "AbnormalityType"), cc(f"{IG}breastrad-AbnormalityTypeCS", "Calcification")),
            part(
                cc(asks, "CalcificationType"), cc(f"{IG}breastrad-CalcificationTypeCS", "PleomorphicADDFine")
            ),
            part(cc(asks, "Change"), cc(f"{IG}breastrad-ChangeCS", "IncreasedInNumber")),
            part(cc(asks, "BiRadCode"), cc(f"{IG}breastrad-BiRadCodeCS", "BIRAD4BModerateSuspicion")),
            part(
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
            part(cc(asks, "mgCalcificationType"), cc(f"{IG}MammoCalcificationTypeCS", "CoarseHeterogeneous")),
            part(
                cc(asks, "obsDistribution"), cc(f"{IG}CalcificationDistributionCS", "SegmentalDistribution")
            ),
            part(cc(asks, "obsChanges"), cc(CHANGES, "Stable")),
            part(cc(asks, "targetBiRads"), cc(f"{IG}BiRadsAssessmentCategoriesCS", "Category4C")),
        ],
    )
    assert said(report(whole)) == [("right", ("coarse_heterogeneous",), "segmental", "stable")]
    assert reading(report(whole)).facts.findings[0].assessment == "4C"


def test_the_early_2022_guide_names_the_finding_otherwise() -> None:
    """0.3.0 of February 2022: abnormalityCalcificationObservation with word codes."""
    whole = observation(
        "o1",
        cc(IG_CODES, "abnormalityCalcificationObservation"),
        LEFT,
        component=[
            part(cc(SLICES, "calcificationType"), cc(f"{IG}CalcificationTypeCS", "Amorphous")),
            part(
                cc(SLICES, "obsDistribution"), cc(f"{IG}CalcificationDistributionCS", "GroupedDistribution")
            ),
            part(cc(SLICES, "biRadsAssessmentCategory"), category("4A")),
        ],
    )
    assert said(report(whole)) == [("left", ("amorphous",), "grouped", "not_compared")]


def test_sections_named_with_study_codes_tell_the_side() -> None:
    """0.1.0 documents name the sections of the breasts with LOINC study codes."""
    composition = {
        "resourceType": "Composition",
        "id": "c1",
        "section": [{"code": cc(LOINC, "26216-2"), "entry": [{"reference": "Observation/o1"}]}],
    }
    assert said([*report(), composition, finding("o1", None)])[0][0] == "right"


def test_radelement_codes_are_read_where_the_site_accepts_them() -> None:
    """Dotted value codes are unverified: unmapped by default, read when accepted."""
    own = finding("o1", component=[part(cc(RDE, "RDE1565"), cc("https://radelement.org/", "RDE1565.13"))])
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
    assert said([*report(own), structure])[0][0] == "right"
    linked = {
        "resourceType": "Condition",
        "id": "k",
        "code": cc(ICD, "R92.0"),
        "evidence": [{"reference": {"reference": "Observation/o1"}}],
    }
    assert len(said([*report(own), structure, linked])) == 2


def test_fine_linear_branching_inside_a_distribution_is_a_morphology() -> None:
    """Both codes of the list are moved to the morphology, the distribution is not stated."""
    for system, code in ((RDE, "RDE1568_fineLinearBranching"), (SCT, "129762002")):
        own = finding("o1")
        own["component"][1]["valueCodeableConcept"] = cc(system, code)
        assert said(report(own)) == [
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
        assert said(report(own))[0][1] == (expected,)


def test_a_bare_word_that_is_said_to_be_present_is_kept_as_such() -> None:
    """R-DQ-11: the code of the question may be the bare word, and the value only say that it is there."""
    present = cc(SCT, "52101004")
    for value in ({"valueCodeableConcept": present}, {"valueBoolean": True}, {}):
        own = observation("o1", cc(SCT, "129763007"), LEFT, **value)
        assert said(report(own))[0][1] == ("heterogeneous",)


def test_calcifications_as_a_feature_of_a_mass_are_a_finding_with_a_mass() -> None:
    """The guide sends them as an associated feature; the mass is another suspicious finding."""
    mass = observation("o1", cc(RDE, "RDES246"), LEFT, hasMember=[{"reference": "Observation/f"}])
    feature = observation(
        "f", cc(RDE, "RDE1571"), component=[part(cc(RDE, "RDE1571"), cc(RDE, "RDE1571_calcifications"))]
    )
    facts = reading([*report(mass), feature]).facts
    assert facts.other_suspicious_finding
    assert [(one.laterality, one.morphology, one.associated_features) for one in facts.findings] == [
        ("left", ("unspecified",), ("mass",))
    ]


def test_a_differential_is_no_descriptor() -> None:
    """What a finding resembles never becomes its morphology."""
    own = finding("o1", component=[part(cc(SLICES, "consistentWithValue"), cc(SCT, "396779001"))])
    assert said(report(own))[0][1] == ("amorphous",)


def test_several_changes_give_the_most_serious() -> None:
    """Stable in size and more of them is an increase."""
    own = finding(
        "o1",
        component=[
            part(cc(SLICES, "obsChanges"), cc(CHANGES, "Stable")),
            part(cc(SLICES, "obsChanges"), cc(CHANGES, "IncreaseInNumber")),
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
    parts = [part(cc("http://x", "q"), cc("http://x", name)) for name in names]
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


def test_a_mass_with_calcifications_among_its_components_is_both() -> None:
    """One Observation may be a mass and a calcification finding at once."""
    feature = part(cc(RDE, "RDE1571"), cc(RDE, "RDE1571_calcifications"))
    facts = reading(report(observation("o1", cc(RDE, "RDES246"), LEFT, component=[feature]))).facts
    assert facts.other_suspicious_finding
    assert [(one.morphology, one.associated_features) for one in facts.findings] == [
        (("unspecified",), ("mass",))
    ]
