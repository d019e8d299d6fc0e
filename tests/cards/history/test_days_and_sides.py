"""Days that meet, breasts that are alike and reports without a date, by hand-worked examples."""

from __future__ import annotations

from datetime import date

import pytest

from cards.facts import Finding
from cards.history import look_back
from cards.reading.reading import Biopsy
from tests.cards.history.earlier_values import EXAM, earlier, finding, reading

DAY = date(2025, 11, 4)
BOTH = (finding("left", "F1"), finding("right", "F2"))


def _biopsies(*days_and_sides: tuple[date | None, str | None]) -> tuple[Biopsy, ...]:
    return tuple(
        Biopsy(f"Procedure/b{number}", day, side) for number, (day, side) in enumerate(days_and_sides)
    )


@pytest.mark.parametrize("day", [DAY, EXAM], ids=["of the earlier exam", "of this exam"])
def test_a_biopsy_on_the_day_of_an_exam_counts(day: date):
    """Tissue may be taken right after the exam that advised it, and in the morning of the next one."""
    found = look_back(reading(earlier(DAY, "4B"), biopsies=_biopsies((day, "left")), biopsies_complete=True))
    assert found.facts.prior_biopsy_done is True


@pytest.mark.parametrize("other", [(DAY, "right"), (date(2020, 1, 1), "left"), (None, "left")])
def test_a_biopsy_that_does_not_count_hides_none_that_does(other: tuple):
    """Another breast's, an old or an undated biopsy stands before the one that was advised."""
    both = _biopsies(other, (date(2025, 12, 1), "left"))
    found = look_back(reading(earlier(DAY, "4B"), biopsies=both, biopsies_complete=True))
    assert found.facts.prior_biopsy_done is True


def test_without_the_day_of_the_earlier_exam_a_biopsy_is_left_open():
    """It may have been taken before the exam that advised one."""
    before = _biopsies((date(2025, 12, 1), "left"))
    found = look_back(reading(earlier(None, "4B"), biopsies=before, biopsies_complete=True))
    assert found.facts.prior_biopsy_done is None


def test_without_the_day_of_this_exam_every_later_biopsy_counts():
    """Nothing says that it came after this exam."""
    later = _biopsies((date(2027, 1, 1), "left"))
    found = look_back(reading(earlier(DAY, "4B"), biopsies=later, biopsies_complete=True, exam_date=None))
    assert found.facts.prior_biopsy_done is True


def test_of_two_breasts_alike_the_first_is_asked_after():
    """Both were 4B and only the right one was sampled: the left one still waits."""
    report = earlier(DAY, None, assessment_left="4B", assessment_right="4B")
    right = _biopsies((date(2025, 12, 1), "right"))
    found = look_back(reading(report, findings=BOTH, biopsies=right, biopsies_complete=True))
    assert (found.facts.prior_assessment, found.facts.prior_biopsy_done) == ("4B", False)


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ((earlier(DAY, "4B"),), "4B"),
        ((earlier(DAY, "2"), earlier(date(2025, 5, 4), "3")), "3"),
        ((earlier(date(2025, 5, 4), "3"), earlier(None, "5")), "3"),
        ((earlier(DAY, None, assessment_left="2", assessment_right="4C"),), "4C"),
    ],
    ids=["same day", "a benign report between", "an undated report", "the other breast"],
)
def test_category_at_a_biopsy_of_both_breasts(reports: tuple, expected: str):
    """The last report up to the day of the tissue that gives either breast a 3, 4 or 5."""
    biopsied = finding("bilateral", biopsy_result="benign")
    found = look_back(reading(*reports, findings=(biopsied,), pathology_dates={"F1": DAY}))
    assert found.facts.findings[0].imaging_category_at_biopsy == expected


def test_no_category_at_a_biopsy_of_the_other_breast():
    """A finding on the left does not take the category that the right breast had."""
    report = earlier(DAY, None, assessment_right="4C")
    biopsied = finding("left", biopsy_result="benign")
    found = look_back(reading(report, findings=(biopsied,), pathology_dates={"F1": DAY}))
    assert found.facts.findings[0].imaging_category_at_biopsy is None


def test_a_category_at_biopsy_needs_a_result():
    """A day of pathology without a result says nothing of a biopsy."""
    found = look_back(reading(earlier(DAY, "4B"), findings=(finding(),), pathology_dates={"F1": DAY}))
    assert found.facts.findings[0].imaging_category_at_biopsy is None


def _now(now: Finding, *reports: object, **members: object) -> Finding:
    return look_back(reading(*reports, findings=(now,), **members)).facts.findings[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [("unspecified",), (), ("punctate", "vascular")])
def test_a_description_without_a_shape_may_be_of_any_finding(shape: tuple):
    """Calcifications that were described as such, or with one shape in common, are not contradicted."""
    before = finding().__class__(finding_id="F1", laterality="left", morphology=shape)
    found = _now(finding(change="stable"), earlier(DAY, "3", findings=(before,)))
    assert (found.prior_report_describes, found.stability_months) == ("yes", 6)


def test_a_finding_without_a_side_is_looked_for_in_both_breasts():
    """The breast that was 4B may be the one, whichever it is."""
    report = earlier(DAY, None, assessment_left="2", assessment_right="4B")
    assert look_back(reading(report, findings=(finding("missing"),))).facts.prior_assessment == "4B"
    before = earlier(DAY, "3", findings=(finding("right"),))
    assert _now(finding("missing"), before).prior_report_describes == "yes"


@pytest.mark.parametrize(("side", "other"), [("left", "right"), ("right", "left")])
def test_a_report_of_the_other_breast_alone_is_passed_over(side: str, other: str):
    """A report that judged only the other breast does not say whether this finding was there."""
    silent = earlier(date(2026, 1, 4), None, **{f"assessment_{other}": "2"})
    before = earlier(DAY, "3", findings=(finding(side),))
    assert _now(finding(side), silent, before).prior_report_describes == "yes"


def test_a_place_that_only_one_report_states_does_not_contradict():
    """The earlier report names a quadrant, this one does not, or the other way round."""
    old = {"findings": (finding(),), "places": {"F1": ("upper_outer",)}}
    assert _now(finding(), earlier(DAY, "3", **old)).prior_report_describes == "yes"
    bare = earlier(DAY, "3", findings=(finding(),))
    assert _now(finding(), bare, places={"F1": ("upper_outer",)}).prior_report_describes == "yes"


def test_one_place_in_common_is_enough():
    """Upper outer quadrant, middle third, and upper outer quadrant, posterior third."""
    old = earlier(DAY, "3", findings=(finding(),), places={"F1": ("upper_outer", "depth_middle")})
    now = {"places": {"F1": ("upper_outer", "depth_posterior")}}
    assert _now(finding(), old, **now).prior_report_describes == "yes"


def test_a_finding_of_both_breasts_is_described_once():
    """One earlier description of both breasts is one description, not two that fit."""
    old = earlier(DAY, "3", findings=(finding("bilateral"),))
    assert _now(finding("bilateral", change="stable"), old).stability_months == 6


def test_an_undated_report_ends_the_row():
    """A description without a day cannot prolong the stability."""
    row = (
        earlier(DAY, "3", findings=(finding(change="stable"),)),
        earlier(None, "3", findings=(finding(),)),
    )
    assert _now(finding(change="stable"), *row).stability_months == 6


@pytest.mark.parametrize(("side", "ended"), [("left", True), ("right", None)])
def test_a_surveillance_ends_in_its_own_breast(side: str, ended: bool | None):
    """The left breast was followed and then called benign; the right one was never followed."""
    reports = (
        earlier(DAY, None, assessment_left="2", assessment_right="1"),
        earlier(date(2025, 5, 4), None, assessment_left="3", assessment_right="1"),
    )
    found = look_back(reading(*reports, findings=(finding(side),)))
    assert found.facts.prior_surveillance_complete is ended


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        (("1", "3"), True),
        (("0A", "3"), False),
        (("0A", "2", "3"), True),
        (("2", "4A", "3"), None),
        (("2", None, "3"), True),
        (("6", "3"), None),
        (("2", "2"), None),
    ],
)
def test_how_a_surveillance_ended(categories: tuple, expected: bool | None):
    """A 1 or 2 completes it, an incomplete or silent report does not end it, a 4 or 6 does."""
    days = (DAY, date(2025, 5, 4), date(2024, 11, 4))
    reports = [earlier(day, name) for day, name in zip(days, categories, strict=False)]
    assert look_back(reading(*reports)).facts.prior_surveillance_complete is expected


def test_a_surveillance_of_exactly_eighteen_months_is_complete():
    """From 4 May 2024 to 4 November 2025 is the visit of two years; one day less is that of one year."""
    assert [
        look_back(
            reading(earlier(last, "3"), earlier(date(2024, 5, 4), "3"))
        ).facts.prior_surveillance_complete
        for last in (DAY, date(2025, 11, 3))
    ] == [True, False]


def test_an_undated_category_3_starts_no_surveillance():
    """Without its day there is no step, and the dated one before it counts."""
    assert look_back(reading(earlier(None, "3"))).facts.surveillance_step == "none"
    assert look_back(reading(earlier(None, "3"), earlier(DAY, "3"))).facts.surveillance_step == "m6"


def test_an_earlier_version_may_be_higher_in_one_breast():
    """Without an overall category the higher breast of the version counts, whichever side it is."""
    version = earlier(EXAM, None, assessment_left="5", assessment_right="2", same_report=True)
    assert look_back(reading(version)).facts.previous_assessment == "5"


def test_a_stated_previous_category_stays():
    """What the report says of its earlier version stands before what came along."""
    version = earlier(EXAM, "2", same_report=True)
    assert look_back(reading(version, previous_assessment="3")).facts.previous_assessment == "3"


def test_the_place_tells_two_earlier_findings_apart():
    """Of two groups described six months ago the one in this quadrant has been stable since."""
    two = (finding(), finding(ident="F2"))
    old = earlier(DAY, "3", findings=two, places={"F1": ("upper_outer",), "F2": ("lower_inner",)})
    now = finding(change="stable")
    assert _now(now, old, places={"F1": ("upper_outer",)}).stability_months == 6
    assert _now(now, old).stability_months is None


def test_two_findings_in_two_places_are_no_rivals():
    """Each of two groups in different quadrants of one breast keeps its own stability."""
    both = (finding(change="stable"), finding(ident="F2", change="stable"))
    places = {"F1": ("upper_outer",), "F2": ("lower_inner",)}
    old = earlier(DAY, "3", findings=(finding(), finding(ident="F2")), places=places)
    found = look_back(reading(old, findings=both, places=places)).facts.findings
    assert [one.stability_months for one in found] == [6, 6]


def test_without_the_day_of_this_exam_nothing_has_been_stable_for_months():
    """A duration needs an end."""
    old = earlier(DAY, "3", findings=(finding(),))
    found = _now(finding(change="stable"), old, exam_date=None)
    assert (found.stability_months, found.prior_report_describes) == (None, "yes")


def test_a_breast_that_is_not_under_surveillance_sets_no_step():
    """The left breast was category 3 a year ago and neither is now: the step is that of the left breast."""
    report = earlier(date(2025, 5, 4), None, assessment_left="3", assessment_right="2")
    assert look_back(reading(report, findings=BOTH)).facts.surveillance_step == "m12"


def test_each_breast_has_its_own_surveillance():
    """Two years of category 3 on the left are complete, whatever the right breast was called."""
    days = (date(2026, 1, 4), date(2024, 1, 4))
    row = [earlier(day, None, assessment_left="3", assessment_right="2") for day in days]
    assert look_back(reading(*row)).facts.prior_surveillance_complete is True


def test_three_years_of_surveillance_are_complete_too():
    """The last visit may be the one of 36 months."""
    row = (earlier(date(2026, 1, 4), "3"), earlier(date(2023, 1, 4), "3"))
    assert look_back(reading(*row)).facts.prior_surveillance_complete is True


def test_of_an_undated_surveillance_nobody_knows_whether_it_was_completed():
    """A category 3 without its day gives no row, and nothing ended it."""
    assert look_back(reading(earlier(None, "3"))).facts.prior_surveillance_complete is None
