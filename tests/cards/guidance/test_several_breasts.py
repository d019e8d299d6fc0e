"""Sections 4, 6 and 9 where findings, breasts and intervals meet: worked out by hand from the text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cards.facts import Facts, Finding
from cards.guidance import Guidance, assess
from cards.policy import Policy
from tests.cards.guidance.cases import TODAY

PUNCTATE = Finding()
RIM = Finding(morphology=("rim",))
AMORPHOUS = Finding(morphology=("amorphous",))
CANCER = Finding(morphology=("fine_linear_branching",), is_known_cancer=True)
UNMAPPED = Finding(morphology=("sparkly",))
BENIGN = Finding(biopsy_result="benign", rad_path_concordance="concordant")


def judged(*findings: Finding, policy: Policy | None = None, **members: object) -> Guidance:
    """Judge findings of a diagnostic exam; they are named F1, F2 .. in turn."""
    named = tuple(replace(one, finding_id=f"F{number}") for number, one in enumerate(findings, 1))
    facts = replace(Facts(exam_type="diagnostic", findings=named), **members)  # type: ignore[arg-type]
    return assess(facts, policy or Policy(), TODAY)


def right(finding: Finding) -> Finding:
    """Put a finding into the right breast."""
    return replace(finding, laterality="right")


def test_each_breast_is_judged_against_its_own_assessment():
    """A bilateral finding counts for both breasts, the others for their own."""
    both = replace(PUNCTATE, laterality="bilateral")
    guidance = judged(
        both, right(AMORPHOUS), assessment_left="3", assessment_right="4A", assessment_overall="4A"
    )
    left, other = guidance.breasts
    assert (left.side, left.finding_ids, left.expected, left.concordance) == (
        "left",
        ("F1",),
        ("3",),
        "concordant",
    )
    assert (other.side, other.finding_ids, other.concordance) == ("right", ("F1", "F2"), "concordant")
    assert other.driving_finding_ids == ("F2",)
    assert left.follow_up_interval == guidance.follow_up_interval == "P6M"
    assert guidance.actions == ("diagnostic_mammogram_unilateral", "image_guided_biopsy")


def test_findings_outside_the_assessed_breasts_are_judged_against_the_overall_assessment():
    """Only the left is assessed: the right finding meets the overall assessment."""
    guidance = judged(RIM, right(AMORPHOUS), assessment_left="2")
    assert [(one.side, one.assessment, one.concordance) for one in guidance.breasts] == [
        ("left", "2", "concordant"),
        ("right", "2", "under_called"),
    ]
    assert guidance.concordance == "under_called"
    assert guidance.follow_up_interval is None


def test_a_known_cancer_without_a_side_belongs_to_no_assessed_breast():
    """A known cancer counts for its own side or when bilateral."""
    guidance = judged(replace(CANCER, laterality="missing"), RIM, assessment_left="2", assessment_overall="6")
    assert [(one.finding_ids, one.assessment) for one in guidance.breasts] == [(("F2",), "2"), (("F1",), "6")]


def test_an_overall_assessment_above_every_breast_drives_as_well():
    """P-7: overall 4B, breasts 2 and 2: biopsy, and routine is withheld."""
    guidance = judged(RIM, right(RIM), assessment_left="2", assessment_right="2", assessment_overall="4B")
    assert guidance.actions == ("image_guided_biopsy",)
    assert (guidance.follow_up_interval, guidance.resolution_due) == (None, "P60D")
    assert [one.actions for one in guidance.breasts] == [(), ()]


@pytest.mark.parametrize(
    ("exam", "overall", "left", "actions"),
    [
        ("screening", "3", "2", ("diagnostic_mammogram_magnification",)),
        ("diagnostic", "3", "2", ("diagnostic_mammogram_unilateral", "screening_mammogram")),
        ("diagnostic", "6", "2", ("oncology_referral", "screening_mammogram", "surgical_consult")),
        ("screening", "0A", "0P", ("prior_images_retrieval",)),
        ("diagnostic", "2", "1", ("screening_mammogram",)),
        ("diagnostic", "MP", "2", ("screening_mammogram",)),
    ],
)
def test_what_an_unjudged_overall_assessment_adds(
    exam: str, overall: str, left: str, actions: tuple[str, ...]
):
    """P-7: from 3 on, 3 on screening as a recall; the kinds of 0 are not compared."""
    guidance = judged(RIM, exam_type=exam, assessment_overall=overall, assessment_left=left)
    assert guidance.actions == actions


def test_an_overall_assessment_of_biopsied_findings_drives_nothing():
    """The rest was biopsied: its category asks for no second biopsy."""
    guidance = judged(RIM, right(BENIGN), assessment_left="2", assessment_overall="4A")
    assert [one.concordance for one in guidance.breasts] == ["concordant", "not_applicable"]
    assert guidance.actions == ()


def test_a_biopsied_breast_shows_its_result_beside_the_judged_one():
    """The biopsies that lie in a group add their interval and actions to its entry."""
    six_months = Policy(post_benign_biopsy_interval="P6M")
    guidance = judged(BENIGN, right(RIM), assessment_left="2", assessment_right="2", policy=six_months)
    left, other = guidance.breasts
    assert (left.follow_up_interval, left.actions) == ("P6M", ("diagnostic_mammogram_unilateral",))
    assert (other.follow_up_interval, other.actions) == ("P1Y", ("screening_mammogram",))
    assert guidance.follow_up_interval == "P6M"


def test_routine_loses_its_date_while_a_biopsy_is_open():
    """Case 2: the row stays with its other actions, without interval and mammogram."""
    guidance = judged(replace(BENIGN, rad_path_concordance=None), RIM, risk_level="high")
    assert guidance.actions == ("state_rad_path_concordance", "supplemental_screening_discussion")
    assert guidance.follow_up_interval is None


def test_an_open_biopsy_also_holds_back_another_benign_result():
    """The yearly row of R-PB-01 gives nothing while another finding waits."""
    guidance = judged(BENIGN, replace(BENIGN, biopsy_result="adh"), exam_type="biopsy_correlation")
    assert guidance.actions == ("surgical_consult",)
    assert guidance.follow_up_interval is None


def test_a_look_at_six_months_is_not_routine():
    """The six-month row of R-PB-01 stays while the category is still 4."""
    guidance = judged(BENIGN, assessment_overall="4A", policy=Policy(post_benign_biopsy_interval="P6M"))
    assert (guidance.follow_up_interval, guidance.actions) == ("P6M", ("diagnostic_mammogram_unilateral",))


def test_a_finding_that_cannot_be_judged_keeps_surveillance_going():
    """R-SV-04 at 36 months when one finding has no shape; R-SV-05 when all are benign."""
    stable = replace(PUNCTATE, change="stable", stability_months=36)
    members = {"assessment_overall": "3", "surveillance_step": "m36"}
    kept, released = judged(stable, UNMAPPED, **members), judged(stable, **members)
    assert (kept.follow_up_interval, kept.actions) == ("P12M", ("diagnostic_mammogram_bilateral",))
    assert (released.follow_up_interval, released.actions) == ("P1Y", ("screening_mammogram",))
    assert ("R-SV-05", "warning") in {(rule.id, rule.indicator) for rule in released.rules}
    assert "R-SV-05" not in {rule.id for rule in kept.rules}


def test_surveillance_that_ends_on_time_is_said_without_a_warning():
    """R-SV-04 and R-SV-05 also fire for category 2 at their step, but not on a screening exam."""
    stable = replace(PUNCTATE, change="stable", stability_months=36)
    for step, rule_id in (("m24", "R-SV-04"), ("m36", "R-SV-05")):
        fired = {(rule.id, rule.indicator) for rule in judged(stable, surveillance_step=step).rules}
        assert (rule_id, "none") in fired
        screening = judged(stable, surveillance_step=step, exam_type="screening")
        assert rule_id not in {rule.id for rule in screening.rules}


@pytest.mark.parametrize(
    ("features", "other", "verdict"),
    [((), False, "tolerated"), (("mass",), False, "tolerated"), ((), True, "tolerated")],
)
def test_a_known_cancer_alone_called_5_is_category_6(features: tuple[str, ...], other: bool, verdict: str):
    """V0: without another finding nothing else is asked."""
    guidance = judged(
        replace(CANCER, associated_features=features), assessment_overall="5", other_suspicious_finding=other
    )
    assert (guidance.concordance, guidance.breasts[0].driving_category) == (verdict, "6")


def test_another_finding_beside_a_known_cancer_may_explain_a_5():
    """V0 only when nothing but the known cancer's own features could explain the category."""
    with_mass = replace(CANCER, associated_features=("mass",))
    own = judged(with_mass, RIM, assessment_overall="5")
    assert own.breasts[0].driving_category == "6"
    foreign = judged(CANCER, replace(RIM, associated_features=("mass",)), assessment_overall="5")
    assert (foreign.breasts[0].driving_category, foreign.concordance) == ("5", "concordant")
    unknown = judged(CANCER, UNMAPPED, assessment_overall="5")
    assert (unknown.breasts[0].driving_category, unknown.concordance) == ("5", "not_evaluable")


def test_a_proven_cancer_among_the_findings_counts_as_known():
    """A result of dcis or invasive adds its own side to the known cancers (section 2.1)."""
    proven = Finding(biopsy_result="dcis", rad_path_concordance="concordant")
    guidance = judged(proven, PUNCTATE, right(PUNCTATE))
    expected = {one.finding_id: one.expected for one in guidance.finding_expected}
    assert expected == {"F2": ("4A", "4B"), "F3": ("3",)}


def test_an_uncoded_recommendation_is_noted_on_the_fhir_line():
    """Switch uncoded_recommendation = note: R-RC rules give info in place of their indicators."""
    members = {"assessment_overall": "4B", "recommendation": None}
    checked = judged(AMORPHOUS, **members)
    noted = judged(AMORPHOUS, policy=Policy(switches={"uncoded_recommendation": "note"}), **members)
    assert [rule.indicator for rule in checked.rules if rule.id == "R-RC-05"] == ["warning"]
    assert [rule.indicator for rule in noted.rules if rule.id == "R-RC-05"] == ["info"]
    coded = judged(
        AMORPHOUS,
        assessment_overall="4B",
        recommendation=("routine_screening",),
        policy=Policy(switches={"uncoded_recommendation": "note"}),
    )
    assert [rule.indicator for rule in coded.rules if rule.id == "R-RC-05"] == ["critical"]


def test_a_conflict_leaves_only_what_pathology_asks_for():
    """R-DQ-13: no interval, no verdict from the category; findings keep their sets."""
    guidance = judged(
        AMORPHOUS,
        replace(BENIGN, biopsy_result="alh"),
        assessment_conflict=True,
        prior_assessment="4A",
        prior_biopsy_done=False,
    )
    assert guidance.actions == ("confirm_assessment", "multidisciplinary_review", "risk_assessment")
    assert (guidance.concordance, guidance.follow_up_interval) == ("not_evaluable", None)
    assert guidance.report_expected == ("4A", "4B")
    assert {"R-PR-01", "R-DQ-13"} <= {rule.id for rule in guidance.rules}


@pytest.mark.parametrize(
    ("previous", "now", "indicator", "new_letter"),
    [
        (None, "4A", "info", False),
        ("4A", "4A", "info", False),
        ("MP", "4A", "info", False),
        ("3", "2", "warning", True),
        ("2", "4A", "critical", True),
        ("4A", "5", "critical", True),
    ],
)
def test_an_amended_report_says_what_changed(
    previous: str | None, now: str, indicator: str, new_letter: bool
):
    """R-SC-04 and R-RG-05 compare with the earlier version."""
    guidance = judged(
        AMORPHOUS, report_status="amended", assessment_overall=now, previous_assessment=previous
    )
    fired = {rule.id: rule.indicator for rule in guidance.rules}
    assert fired["R-SC-04"] == indicator
    assert ("R-RG-05" in fired) == new_letter


@pytest.mark.parametrize(
    ("assessment", "indicator"),
    [
        ("4C", "critical"),
        ("0A", "warning"),
        ("0P", "warning"),
        ("3", "warning"),
        ("6", "warning"),
        ("2", "info"),
    ],
)
def test_a_missing_side_weighs_as_much_as_the_category(assessment: str, indicator: str):
    """R-DQ-01: critical for 4 and 5, warning for 0, 3 and 6, info otherwise."""
    guidance = judged(replace(RIM, laterality="missing"), assessment_overall=assessment)
    assert [rule.indicator for rule in guidance.rules if rule.id == "R-DQ-01"] == [indicator]


def test_the_trace_names_the_side_of_a_verdict_and_the_finding_of_a_descriptor():
    """Every rule about a finding has its id, every verdict the side it is about."""
    guidance = judged(AMORPHOUS, right(RIM), assessment_left="2", assessment_right="2")
    by_id = {rule.id: rule for rule in guidance.rules}
    assert (by_id["R-MO-06"].finding_id, by_id["R-MO-06"].side) == ("F1", None)
    assert (by_id["R-CC-01"].finding_id, by_id["R-CC-01"].side) == (None, "left")
    assert by_id["R-CC-01"].inputs == {
        "assessment": "2",
        "expected": ("4A", "4B"),
        "tolerated": (),
        "exam_type": "diagnostic",
    }
    assert by_id["R-CC-01"].citations == ("C-53",)
