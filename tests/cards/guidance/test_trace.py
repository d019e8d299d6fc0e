"""Every fired rule shows the inputs that made it fire, as the report has them."""

from __future__ import annotations

from hypothesis import given

from cards.facts import FACTS_MEMBERS, FINDING_MEMBERS
from cards.guidance import FiredRule, Guidance, assess
from cards.guidance.catalogue import FIRING
from cards.guidance.report import Report
from tests.cards.guidance.cases import CASES, TODAY
from tests.cards.guidance.reports import EXAMPLES, Case, cases

DESCRIPTORS = "morphology distribution change stability_months"
VERDICT = "assessment expected tolerated exam_type"
OTHER = "other_suspicious_finding associated_features biopsied_findings"
CANCER = f"{VERDICT} known_cancer_side"
BIOPSY = "biopsy_result rad_path_concordance calcifications_in_specimen imaging_category_at_biopsy"
ASSESSMENTS = "assessment_overall assessment_left assessment_right"
ARTERY = "morphology bac_policy bac_grade age_years"
ADVICE = "assessment recommendation"

# rule -> the inputs it shows; several lines where it fires for a finding and for a breast, or has two ways.
INPUTS: dict[str, tuple[str, ...]] = {
    "R-AG-01": ("findings driving",),
    "R-AG-02": ("assessment_overall assessment_left", "assessment_overall assessment_right"),
    "R-AG-03": ("assessment_left assessment_right",),
    "R-AG-04": (f"{DESCRIPTORS} symmetry",),
    **dict.fromkeys(("R-BA-01", "R-BA-02", "R-BA-03", "R-BA-04"), (ARTERY,)),
    **dict.fromkeys(
        ("R-CC-01", "R-CC-02", "R-CC-03", "R-CC-04", "R-CC-05", "R-CC-06", "R-CC-11"),
        (VERDICT,),
    ),
    "R-CC-07": (CANCER,),
    "R-CC-08": (f"{CANCER} {OTHER}",),
    "R-CC-09": (CANCER,),
    "R-CC-10": (VERDICT, CANCER, f"{VERDICT} {OTHER}"),
    "R-CC-12": (CANCER,),
    **dict.fromkeys(("R-CH-01", "R-CH-02", "R-CH-03", "R-CH-04", "R-CH-06"), (DESCRIPTORS,)),
    "R-CH-05": ("change stability_months",),
    "R-CH-07": ("change", DESCRIPTORS),
    "R-CX-01": (f"{DESCRIPTORS} near_known_cancer known_cancer_side",),
    **dict.fromkeys(("R-CX-02", "R-CX-03", "R-CX-04"), (f"{DESCRIPTORS} location_context",)),
    "R-CX-05": (f"{DESCRIPTORS} bct_side",),
    **dict.fromkeys(("R-CX-06", "R-CX-07"), ("location_context morphology",)),
    "R-CX-08": (f"{DESCRIPTORS} sex",),
    "R-CX-09": ("associated_features", f"{VERDICT} {OTHER}"),
    "R-CX-11": (f"{DESCRIPTORS} symmetry",),
    "R-CX-12": (f"{DESCRIPTORS} risk_level",),
    "R-DQ-01": ("laterality assessment",),
    "R-DQ-02": ("recommendation_side laterality",),
    "R-DQ-03": ("morphology", VERDICT),
    "R-DQ-04": ("distribution",),
    "R-DQ-05": ("morphology", "morphology distribution", VERDICT),
    "R-DQ-06": ("change comparison_status",),
    "R-DQ-07": ("assessment_overall",),
    "R-DQ-08": ("breast_density",),
    "R-DQ-09": ("age_years sex",),
    "R-DQ-10": ("change stability_months", DESCRIPTORS),
    "R-DQ-11": ("morphology read_as",),
    "R-DQ-12": ("exam_type",),
    "R-DQ-13": ("assessment_conflict assessment_overall",),
    "R-DQ-14": ("incomplete",),
    "R-DQ-15": ("unreadable",),
    "R-EX-01": ("exam_type assessment", VERDICT, f"{VERDICT} {OTHER}"),
    **dict.fromkeys(("R-EX-02", "R-EX-03", "R-EX-04", "R-EX-06"), (VERDICT,)),
    "R-EX-05": ("magnification_views_done assessment",),
    "R-EX-07": (ASSESSMENTS,),
    **dict.fromkeys(("R-FU-01", "R-FU-09", "R-FU-10"), ("age_years guideline_profile",)),
    "R-FU-02": ("bct_side personal_history_breast_cancer",),
    **dict.fromkeys(("R-FU-03", "R-FU-04", "R-FU-05", "R-FU-06", "R-FU-07"), ("driving_category",)),
    "R-FU-08": ("sex",),
    "R-FU-11": ("risk_level",),
    "R-FU-12": ("known_cancer_side",),
    **dict.fromkeys(
        ("R-MO-01", "R-MO-02", "R-MO-03", "R-MO-04", "R-MO-05", "R-MO-07", "R-MO-08", "R-MO-09", "R-MO-10"),
        (DESCRIPTORS,),
    ),
    "R-MO-06": (f"{DESCRIPTORS} age_years symmetry",),
    "R-PB-01": (f"{BIOPSY} known_cancer_side sex bct_side personal_history_breast_cancer",),
    **dict.fromkeys((f"R-PB-{number:02}" for number in range(2, 13)), (BIOPSY,)),
    "R-PR-01": ("prior_assessment prior_biopsy_done assessment",),
    "R-PR-02": ("change prior_report_describes",),
    "R-PR-03": ("prior_assessment prior_surveillance_complete exam_type",),
    **dict.fromkeys(("R-RC-01", "R-RC-03", "R-RC-06"), (ADVICE,)),
    "R-RC-02": (f"{ADVICE} clinical_finding other_suspicious_finding",),
    "R-RC-04": (f"{ADVICE} recommended_interval surveillance_step",),
    "R-RC-05": (f"{ADVICE} exam_type biopsy_deferred",),
    "R-RC-08": (f"{ADVICE} recommended_interval guideline_profile age_years",),
    "R-RG-01": ("report_status exam_type",),
    "R-RG-02": ("report_status assessment",),
    "R-RG-03": (ASSESSMENTS,),
    "R-RG-04": ("breast_density",),
    "R-RG-05": ("report_status previous_assessment assessment",),
    "R-RG-06": ("self_referred",),
    "R-SC-01": ("findings",),
    "R-SC-02": ("report_status",),
    "R-SC-03": ("report_status",),
    "R-SC-04": ("report_status previous_assessment assessment",),
    "R-SC-05": ("exam_type",),
    "R-SC-06": ("exam_type assessment_overall",),
    "R-SC-07": ("assessment findings",),
    "R-SP-01": ("pregnancy_status",),
    "R-SP-02": ("sex",),
    "R-SP-03": ("sex age_years",),
    "R-SP-04": ("implant_side",),
    "R-SP-05": ("deceased",),
    "R-SP-06": ("mastectomy_side recommendation_side laterality",),
    **dict.fromkeys((f"R-SV-0{number}" for number in range(1, 6)), ("surveillance_step",)),
}

# Shown as they count, not as they were coded: step B of section 5.3, R-DQ-05 and R-DQ-11, the trap of 2.3.
AS_THEY_COUNT = frozenset(
    {"change", "stability_months", "morphology", "associated_features", "known_cancer_side"}
)
ABOUT_REPORT = frozenset(FACTS_MEMBERS) - {"findings"} - AS_THEY_COUNT
ABOUT_FINDING = frozenset(FINDING_MEMBERS) - AS_THEY_COUNT


def check(rule: FiredRule, guidance: Guidance) -> None:
    """Hold one fired rule to its inputs and to the report."""
    assert " ".join(rule.inputs) in INPUTS[rule.id]
    assert rule.finding_id is None or rule.side is None
    facts = guidance.facts
    finding = next((one for one in facts.findings if one.finding_id == rule.finding_id), None)
    for name, value in rule.inputs.items():
        if finding is not None and name in ABOUT_FINDING and name != "assessment":
            assert value == getattr(finding, name)
        elif name in ABOUT_REPORT:
            assert value == getattr(facts, name)


def test_every_rule_of_the_engine_has_its_inputs_written_down():
    """The list above names all rules that fire, but for tracking, which has no trace, and the order
    checks, whose inputs are the order and the advice."""
    assert set(INPUTS) == {name for name in FIRING if not name.startswith(("R-TR-", "R-OS-"))}


def test_the_trace_of_the_worked_cases_shows_what_the_report_says():
    """Names and values of the inputs, for every rule of every worked case."""
    for case in CASES:
        guidance = case.assess()
        for rule in guidance.rules:
            check(rule, guidance)


@EXAMPLES
@given(cases)
def test_the_trace_of_any_report_shows_what_it_says(case: Case):
    """Names and values of the inputs, whatever the report; what counts for the whole of it agrees."""
    guidance = assess(
        case.facts,
        case.policy,
        TODAY,
        incomplete=case.incomplete,
        unreadable=case.unreadable,
        described_uncoded=case.described_uncoded,
    )
    report = Report(case.facts, case.policy)
    sides = ("none", "left", "right", "both")[report.cancer_sides]
    for rule in guidance.rules:
        check(rule, guidance)
        assert rule.inputs.get("known_cancer_side", sides) == sides
        if rule.finding_id is None and rule.side is None:
            assert rule.inputs.get("assessment", report.effective) == report.effective
