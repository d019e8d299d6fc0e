"""Assessments by scope, conflicts, levels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cards.reading.report_builder import (
    BOTH,
    DCM,
    LEFT,
    LOINC,
    RDE,
    RIGHT,
    SCT,
    assessed,
    category,
    cc,
    codes,
    finding,
    observation,
    question,
    reading,
    report,
)


def _levels(resources: list) -> tuple:
    facts = reading(resources).facts
    return facts.assessment_overall, facts.assessment_left, facts.assessment_right, facts.assessment_conflict


def test_conclusion_code_is_the_overall_assessment():
    """Shape H: the category of conclusionCode belongs to the report."""
    assert _levels(report(conclusionCode=[category("4B")])) == ("4B", None, None, False)


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (None, ("4B", None, None, False)),
        (BOTH, ("4B", None, None, False)),
        (LEFT, (None, "4B", None, False)),
        (RIGHT, (None, None, "4B", False)),
    ],
)
def test_scope_by_side(side: str | None, expected: tuple):
    """Shape C: an assessment belongs to the breast of its side, else to the report."""
    assert _levels(report(assessed("a1", "4B", side))) == expected


def test_scope_by_group():
    """Shape E: an assessment below a group of one breast belongs to that breast."""
    group = observation("g", cc(RDE, "RDES245"), RIGHT, hasMember=[{"reference": "Observation/a1"}])
    resources = [*report(group), assessed("a1", "3")]
    assert _levels(resources) == (None, None, "3", False)


def test_component_of_an_exam_observation():
    """Shape D: a category as component or value of the exam Observation is the report's."""
    component = {"code": cc(DCM, "111005"), "valueCodeableConcept": category("2")}
    assert _levels(report(observation("x", cc(LOINC, "24606-6"), component=[component])))[0] == "2"
    assert _levels(report(question("x", cc(LOINC, "24606-6"), category("2"))))[0] == "2"


def test_summary_derived_from_findings():
    """Shape F: the summary is the report's, the findings it is derived from keep their own."""
    summary = assessed("s", "4B", derivedFrom=[{"reference": "Observation/f1"}])
    found = reading([*report(summary), finding("f1", own="4A")])
    assert found.facts.assessment_overall == "4B"
    assert [one.assessment for one in found.facts.findings] == ["4A"]


def test_a_findings_own_category_stays_its_own():
    """The category of a finding is neither the breast's nor the report's when those have their own."""
    found = reading(
        report(finding("f1", own="2"), assessed("a1", "4B", LEFT), conclusionCode=[category("4B")])
    )
    assert [one.assessment for one in found.facts.findings] == ["2"]
    assert (found.facts.assessment_overall, found.facts.assessment_left) == ("4B", "4B")
    assert not found.facts.assessment_conflict


def test_a_findings_own_category_6_makes_it_the_known_cancer():
    """is_known_cancer follows from the finding's own category 6."""
    found = reading(report(finding("f1", own="6"), conclusionCode=[category("6")]))
    assert found.facts.findings[0].is_known_cancer


def test_only_breasts_coded_leaves_the_report_open():
    """Levels: without an overall category R-DQ-07 must be able to fire."""
    assert _levels(report(assessed("a1", "2", LEFT), assessed("a2", "4A", RIGHT))) == (None, "2", "4A", False)


def test_only_findings_coded_gives_the_breast_the_worst():
    """Levels: the worst finding of each breast becomes that breast's assessment, and that is noted."""
    found = reading(report(finding("f1", own="2"), finding("f2", own="4B"), finding("f3", RIGHT, own="3")))
    assert (found.facts.assessment_overall, found.facts.assessment_left, found.facts.assessment_right) == (
        None,
        "4B",
        "3",
    )
    assert "breast-category-from-findings" in codes(found)


@pytest.mark.parametrize(
    ("first", "second", "worst"),
    [
        ("6", "3", "6"),
        ("6", "4A", "4A"),
        ("0", "3", "0A"),
        ("0", "4A", "4A"),
        ("0", "6", "0A"),
        ("4", "4B", "4B"),
    ],
)
def test_worst_treats_0_and_6_by_the_driving_order(first: str, second: str, worst: str):
    """0 and 6 stand between 3 and 4A; SNOMED's category 0 means 0A."""
    found = reading(report(finding("f1", own=first), finding("f2", own=second)))
    assert found.facts.assessment_left == worst


def test_a_finding_in_both_breasts_or_in_none():
    """A bilateral finding's category counts for both breasts, one without a side for the report."""
    assert _levels(report(finding("f1", BOTH, own="4A"))) == (None, "4A", "4A", False)
    assert _levels(report(finding("f1", None, own="4A"))) == ("4A", None, None, False)


def test_a_report_never_looks_calmer_than_its_findings():
    """A finding above every category of the report raises its breast."""
    found = reading(report(finding("f1", own="4B"), conclusionCode=[category("2")]))
    assert (found.facts.assessment_overall, found.facts.assessment_left) == ("2", "4B")
    assert "breast-category-from-findings" in codes(found)


def test_a_finding_above_its_own_breast_is_noted():
    """A breast keeps the category its sender gave it, but the contradiction is a problem."""
    found = reading(report(finding("f1", own="4B"), assessed("a1", "2", LEFT)))
    assert found.facts.assessment_left == "2"
    assert "finding-above-breast" in codes(found)


@pytest.mark.parametrize(("one", "other", "higher"), [("3", "4B", "4B"), ("5", "2", "5"), ("4A", "4C", "4C")])
def test_two_codings_in_one_scope_conflict(one: str, other: str, higher: str):
    """Two categories for the same thing: conflict, and the higher one stands."""
    found = reading(report(assessed("a1", other), conclusionCode=[category(one)]))
    assert (found.facts.assessment_overall, found.facts.assessment_conflict) == (higher, True)
    assert "assessment-conflict" in codes(found)


def test_refinement_is_no_conflict():
    """4 in one place and 4A in another are one statement."""
    assert _levels(report(assessed("a1", "4A"), conclusionCode=[category("4")])) == ("4A", None, None, False)


def test_other_scopes_do_not_conflict():
    """Different categories for two breasts and the report are no conflict."""
    resources = report(assessed("a1", "2", LEFT), assessed("a2", "5", RIGHT), conclusionCode=[category("5")])
    assert _levels(resources) == ("5", "2", "5", False)


def test_shifted_numbering_is_a_conflict():
    """hazards.csv: 397143007 shown as category 4 stops the advice; the same code alone does not."""
    shifted = cc(SCT, "397143007", "Mammography assessment (Category 4) - Suspicious")
    assert _levels(report(conclusionCode=[shifted])) == ("4", None, None, True)
    assert _levels(report(conclusionCode=[category("3")])) == ("3", None, None, False)


def test_subcategory_in_text():
    """hazards.csv: a plain 4 takes the letter that the text of the value names."""
    value = cc(SCT, "397144001", text="BI-RADS 4c")
    assert _levels(report(question("a1", cc(DCM, "111005"), value))) == ("4C", None, None, False)


def test_invalid_question_code_is_accepted_and_named():
    """hazards.csv: the answer to LOINC 72018-2 is read, and the code is a problem."""
    found = reading(report(question("a1", cc(LOINC, "72018-2"), category("4A"))))
    assert found.facts.assessment_overall == "4A"
    assert "unverified-question" in codes(found)


@pytest.mark.parametrize(
    "value",
    [cc(SCT, "428169002"), cc("http://local", "B4", "BI-RADS 4"), cc("https://radelement.org/", "RDE1586.4")],
)
def test_unknown_and_invalid_values_are_not_guessed(value: dict):
    """A value no table knows, with a wrong number or unverified gives no category and is shown."""
    found = reading(report(question("a1", cc(DCM, "111005"), value)))
    assert found.facts.assessment_overall is None
    shown = [problem for problem in found.problems if problem.code == "unmapped-code"]
    assert len(shown) == 1
    assert value["coding"][0]["code"] in shown[0].text


def test_a_translation_beside_a_known_code_is_noted():
    """A local coding beside the standard one is listed, not unmapped."""
    value = {"coding": [*category("3")["coding"], {"system": "http://local", "code": "BR3"}]}
    found = reading(report(question("a1", cc(DCM, "111005"), value)))
    assert found.facts.assessment_overall == "3"
    assert "translation" in codes(found)
    assert "unmapped-code" not in codes(found)


def test_category_as_the_code_itself():
    """An Observation whose code is the category says it; one denied or withdrawn does not."""
    assert _levels(report(observation("a1", category("4B"))))[0] == "4B"
    assert _levels(report(observation("a1", category("4B"), valueBoolean=False)))[0] is None
    assert _levels(report(assessed("a1", "4B") | {"status": "entered-in-error"}))[0] is None


def test_post_procedure_marker():
    """The marker code in the assessment slot is MP."""
    assert _levels(report(question("a1", cc(DCM, "111005"), cc(DCM, "111120"))))[0] == "MP"


@pytest.mark.parametrize(
    ("recommended", "expected"),
    [("111138", "0P"), ("111135", "0A"), ("111140", "0A")],
    ids=["priors", "views", "routine"],
)
def test_kind_of_incomplete(recommended: str, expected: str):
    """Category 0 is 0P when nothing but prior comparison is recommended (decision model 2.4)."""
    advice = question("n1", cc(DCM, "111053"), cc(DCM, recommended))
    assert _levels(report(advice, conclusionCode=[category("0")]))[0] == expected


def test_other_suspicious_finding_from_the_categories():
    """A report or breast category above every calcification's own means something else drives it."""
    above = reading(report(finding("f1", own="2"), conclusionCode=[category("4B")]))
    assert above.facts.other_suspicious_finding
    equal = reading(report(finding("f1", own="4B"), conclusionCode=[category("4B")]))
    assert not equal.facts.other_suspicious_finding
    covered = reading(report(finding("f1", own="4B"), conclusionCode=[category("4")]))
    assert not covered.facts.other_suspicious_finding
    silent = reading(report(finding("f1"), conclusionCode=[category("4B")]))
    assert not silent.facts.other_suspicious_finding


@settings(max_examples=2000)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1", "2", "3", "4", "4A", "4B", "4C", "5", "6"]),
            st.sampled_from([None, LEFT, RIGHT]),
        ),
        max_size=4,
    ),
    st.randoms(use_true_random=False),
)
def test_order_of_assessments_does_not_matter(said: list, random):
    """The order in which assessments arrive never changes what is read."""
    results = [assessed(f"a{position}", name, side) for position, (name, side) in enumerate(said)]
    shuffled = list(results)
    random.shuffle(shuffled)
    assert _levels(report(*results)) == _levels(report(*shuffled))
