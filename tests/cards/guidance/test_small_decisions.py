"""Small decisions inside the model, each by an example that a person can follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from cards.facts import Facts, Finding
from cards.guidance import assess
from cards.guidance.conditional import load_conditional_rows
from cards.guidance.follow_up import shortest
from cards.guidance.last_advice import last_advice
from cards.guidance.report import in_order
from cards.guidance.situations import load_situations
from cards.guidance.special_sets import load_special_sets
from cards.guidance.surveillance import load_surveillance
from cards.guidance.table_files import BrokenTable, read_records, read_rows, table_text
from cards.policy import Policy
from cards.reading.reading import LaterExam, Sources
from tests.cards.guidance.test_order_check import BENIGN, EXAM, PROBABLY_BENIGN, SIGNED, checked, order

TODAY = date(2026, 5, 4)


def advised_sides(facts: Facts) -> list[frozenset[str]]:
    """The breasts for which a report of 10 March 2026 advises something."""
    sources = Sources(exam_date=EXAM, signed_date=SIGNED)
    guidance = assess(facts, Policy(), TODAY)
    return [one.sides for one in last_advice(guidance, sources, Policy(), TODAY, own=True)]


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        (("P12M", "P6M"), "P6M"),
        (("P6M", "P12M"), "P6M"),
        (("P6M", None, "P1Y"), "P6M"),
        (("P1Y", "P12M"), "P12M"),
        (("P12M", "P1Y"), "P12M"),
        (("P1Y", "P2Y"), "P1Y"),
        ((None,), None),
        ((), None),
    ],
)
def test_the_shorter_interval_of_two_breasts_counts(intervals: tuple, expected: str | None):
    """P-3: one breast due in six months is not put off by the other one that is due in a year."""
    assert shortest(intervals) == expected


@pytest.mark.parametrize(
    ("load", "file", "row"),
    [
        (load_conditional_rows, "conditional_rows.csv", "R-MO-02,,,,,diffuse,,,,,2,3,"),
        (load_special_sets, "special_sets.csv", "one_breast_only,R-CX-11,3,"),
        (load_situations, "indicators.csv", "R-DQ-01,other,info"),
        (
            load_surveillance,
            "surveillance.csv",
            "R-SV-04,m24,,,,P12M,diagnostic_mammogram_bilateral,P12M,none",
        ),
    ],
)
def test_a_row_that_is_missing_is_told_at_the_end_of_the_table(load: Callable, file: str, row: str):
    """Nobody can say on which line it should stand, so the last one is named."""
    text = table_text(file).replace(f"{row}\n", "")
    with pytest.raises(BrokenTable) as refused:
        load(text)
    assert refused.value.line == len(text.splitlines())


def test_a_step_that_fills_no_set_is_refused_in_these_words():
    """Whoever empties both cells of a row reads why it cannot stand."""
    text = table_text("special_sets.csv").replace("one_breast_only,R-CX-11,3,", "one_breast_only,R-CX-11,,")
    with pytest.raises(BrokenTable) as refused:
        load_special_sets(text)
    assert refused.value.reason == "the sets overlap or are both empty"


def test_a_rule_with_one_indicator_has_no_situation():
    """indicators.csv lists only the rules whose weight depends on the situation."""
    text = table_text("indicators.csv").replace("R-DQ-01,other,info", "R-DQ-04,other,info")
    with pytest.raises(BrokenTable, match="situation is 'other'"):
        load_situations(text)


def test_advice_for_findings_of_two_breasts_is_for_both():
    """One overall category 3 for a finding on each side: both breasts come back."""
    both = (Finding("F1", "left"), Finding("F2", "right"))
    assert advised_sides(replace(PROBABLY_BENIGN, findings=both)) == [frozenset(("left", "right"))]
    assert advised_sides(replace(PROBABLY_BENIGN, findings=(Finding("F1", "bilateral"),))) == [
        frozenset(("left", "right"))
    ]


def test_advice_is_for_no_side_where_one_finding_has_none():
    """A finding without a side may lie in either breast, so the advice is for neither by name."""
    unsure = (Finding("F1", "left"), Finding("F2", "missing"))
    assert advised_sides(replace(PROBABLY_BENIGN, findings=unsure)) == [frozenset()]


def test_with_both_breasts_removed_no_side_is_right():
    """A mastectomy on both sides questions an order for either one."""
    facts = replace(BENIGN, mastectomy_side="both")
    for side in ("left", "right"):
        rules = [rule.id for rule in checked(facts, order("diagnostic", side))]
        assert rules == ["R-OS-03"]


@pytest.mark.parametrize(("overall", "done"), [("0P", date(2026, 4, 1)), ("0A", None)])
def test_a_later_screening_settles_the_wait_for_prior_images_but_no_recall(overall: str, done: date | None):
    """Prior images are waited for until any later exam was read; a recall until one that looks closer."""
    facts = replace(PROBABLY_BENIGN, assessment_overall=overall, recommendation=("prior_comparison",))
    later = (LaterExam("DiagnosticReport/2", date(2026, 4, 1), "screening"),)
    sources = Sources(exam_date=EXAM, signed_date=SIGNED, later_exams=later)
    guidance = assess(facts, Policy(), TODAY)
    assert [one.done for one in last_advice(guidance, sources, Policy(), TODAY, own=True)] == [done]


@pytest.mark.parametrize(
    ("bct_side", "change", "fires"),
    [("left", "new", True), ("right", "new", False), ("left", "not_compared", False), ("none", "new", False)],
)
def test_new_amorphous_specks_of_a_treated_breast_name_the_treatment(bct_side: str, change: str, fires: bool):
    """R-CX-05: outside the bed, new or growing specks of the operated breast are suspicious by that alone."""
    specks = Finding(morphology=("amorphous",), distribution="regional", change=change)
    facts = replace(PROBABLY_BENIGN, findings=(specks,), comparison_status="compared", bct_side=bct_side)
    guidance = assess(facts, Policy(), TODAY)
    assert ("R-CX-05" in {rule.id for rule in guidance.rules}) == fires


def test_an_empty_table_is_told_on_the_line_of_its_header():
    """Nothing follows it."""
    with pytest.raises(BrokenTable, match=r"t\.csv, line 3: the table is empty"):
        read_rows("t.csv", ("a", "b"), "# section 1\n# and more\na,b\n")


@pytest.mark.parametrize("text", ["", "a = 1\n", "# nothing\n[a]\n", "[section]\n"])
def test_a_record_file_says_its_section_in_a_comment_at_the_top(text: str):
    """No comment, or one that names no section, is refused on line 1."""
    with pytest.raises(BrokenTable, match=r"t\.toml, line 1: the comment at the top"):
        read_records("t.toml", text)


def test_findings_as_the_reader_numbers_them_are_not_sorted_again() -> None:
    """However many there are, they come back as they are: comparing them costs more than judging them."""
    findings = tuple(Finding(f"F{number}") for number in range(1, 301))
    assert in_order(findings) is findings
    assert in_order(findings[::-1]) == findings
