"""Whether earlier reports describe a finding, and for how long it was stable."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.history import look_back
from cards.reading.dates import add_months, whole_months
from tests.cards.history.earlier_values import EXAM, earlier, finding, reading

DAY = date(2025, 11, 4)


def _described(now, *reports, **members) -> str:
    return look_back(reading(*reports, findings=(now,), **members)).facts.findings[0].prior_report_describes


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (earlier(DAY, "3", findings=(finding(),)), "yes"),
        (earlier(DAY, "3", findings=(finding("bilateral"),)), "yes"),
        (earlier(DAY, "3", findings=(finding("right"),)), "no"),
        (earlier(DAY, "1"), "no"),
        (earlier(DAY, None, assessment_left="1", assessment_right="2"), "no"),
        (earlier(DAY, "2"), "unknown"),
        (earlier(DAY, "1", complete=False), "unknown"),
        (earlier(DAY, "3", findings=(finding("right"),), complete=False), "unknown"),
        (earlier(DAY, None), "unknown"),
    ],
)
def test_prior_report_describes(report, expected: str):
    """yes: coded in the same breast; no: read whole and not there; else unknown (R-PR-02)."""
    assert _described(finding(), report) == expected


def test_another_shape_or_place_is_another_finding():
    """Specks of another shape or in another quadrant leave it open whether this finding was described."""
    other_shape = earlier(
        DAY, "2", findings=(finding().__class__(finding_id="F1", morphology=("vascular",)),)
    )
    assert _described(finding(), other_shape) == "unknown"
    elsewhere = earlier(DAY, "2", findings=(finding(),), places={"F1": ("lower_inner",)})
    assert _described(finding(), elsewhere, places={"F1": ("upper_outer",)}) == "unknown"
    same = earlier(DAY, "2", findings=(finding(),), places={"F1": ("upper_outer",)})
    assert _described(finding(), same, places={"F1": ("upper_outer",)}) == "yes"


def test_the_last_report_of_the_breast_decides():
    """A report that says nothing of the breast is passed over for the one before it."""
    silent = earlier(date(2026, 1, 4), None)
    assert _described(finding(), silent, earlier(DAY, "3", findings=(finding(),))) == "yes"
    negative = earlier(date(2026, 1, 4), "1")
    assert _described(finding(), negative, earlier(DAY, "3", findings=(finding(),))) == "no"


def _months(change: str, *reports, findings=None, **members) -> int | None:
    now = (finding(change=change),) if findings is None else findings
    return look_back(reading(*reports, findings=now, **members)).facts.findings[0].stability_months


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (["not_compared"], 6),
        (["stable", "not_compared"], 18),
        (["stable", "stable", "new"], 30),
        (["new", "not_compared"], 6),
        (["increasing", "stable"], 6),
        (["decreasing", "not_compared"], 18),
    ],
)
def test_stability_counts_from_the_last_change(changes: list, expected: int):
    """The row of reports that call it stable, and the first one that describes it, make the duration."""
    days = (date(2025, 11, 4), date(2024, 11, 4), date(2023, 11, 4))
    reports = [
        earlier(day, "3", findings=(finding(change=change),))
        for day, change in zip(days, changes, strict=False)
    ]
    assert _months("stable", *reports) == expected
    assert _months("decreasing", *reports) == expected


def test_stability_only_of_a_quiet_finding():
    """A finding that is new, growing or not compared has no stability."""
    old = earlier(DAY, "3", findings=(finding(),))
    for change in ("new", "increasing", "changed_morphology", "not_compared", "resolved"):
        assert _months(change, old) is None


def test_stability_is_never_guessed():
    """Nothing described, several that fit, or two findings that would share one description: null."""
    assert _months("stable", earlier(DAY, "2")) is None
    two = earlier(DAY, "3", findings=(finding(), finding(ident="F2")))
    assert _months("stable", two) is None
    both = (finding(change="stable"), finding(ident="F2", change="stable"))
    assert _months("stable", earlier(DAY, "3", findings=(finding(),)), findings=both) is None


def test_findings_in_two_breasts_do_not_share():
    """A finding of the other breast does not hide the stability of this one."""
    both = (finding(change="stable"), finding("right", "F2", change="stable"))
    old = earlier(DAY, "3", findings=(finding(), finding("right", "F2")))
    found = look_back(reading(old, findings=both)).facts.findings
    assert [one.stability_months for one in found] == [6, 6]


def test_a_report_that_codes_only_the_other_breast_ends_the_row():
    """A gap in the descriptions ends the row; a report without coded findings does not."""
    reports = (
        earlier(date(2025, 11, 4), "3", findings=(finding(change="stable"),)),
        earlier(date(2025, 5, 4), "2", findings=(finding("right"),)),
        earlier(date(2024, 11, 4), "3", findings=(finding(),)),
    )
    assert _months("stable", *reports) == 6
    silent = (reports[0], earlier(date(2025, 5, 4), "2"), reports[2])
    assert _months("stable", *silent) == 18


@settings(max_examples=2000)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=6, unique=True))
def test_stability_is_the_time_since_the_oldest_report(months: list):
    """With every report calling it stable the duration runs to the oldest, in completed months."""
    days = sorted(add_months(EXAM, -number) for number in months)
    reports = [earlier(day, "3", findings=(finding(change="stable"),)) for day in days]
    assert _months("stable", *reports) == whole_months(days[0], EXAM)


@pytest.mark.parametrize(("number", "expected"), [(100, (6, "yes")), (101, (None, "unknown"))])
def test_with_more_than_a_hundred_findings_none_is_told_from_the_other(number: int, expected: tuple):
    """Each would be compared with each; a report that long is compared with no earlier one."""
    there = tuple(finding("right", f"F{one}") for one in range(1, number))
    old = earlier(date(2025, 11, 4), "3", findings=(finding("left", "F0"), *there))
    (found,) = look_back(reading(old, findings=(finding(change="stable"),))).facts.findings
    assert (found.stability_months, found.prior_report_describes) == expected


def test_ten_thousand_findings_beside_an_earlier_report_are_looked_back_on():
    """A long report takes as long as it is, not its square: what cannot be told stays unknown."""
    many = tuple(finding("left", f"F{one}", change="stable") for one in range(10_000))
    old = earlier(date(2025, 11, 4), "3", findings=(finding("left", "F0"),))
    facts = look_back(reading(old, findings=many)).facts
    assert {one.stability_months for one in facts.findings} == {None}
    assert facts.prior_assessment == "3"
