"""What earlier reports add to the facts."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.history import look_back
from cards.reading.dates import add_months
from cards.reading.reading import Biopsy
from tests.cards.history.earlier_values import EXAM, earlier, finding, reading


def test_nothing_came_along():
    """Without earlier reports the Reading stays as it is."""
    alone = reading()
    assert look_back(alone) is alone


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ({"overall": "3"}, "3"),
        ({"overall": "4A", "assessment_left": "2", "assessment_right": "4A"}, "2"),
        ({"overall": "4A", "assessment_right": "4A"}, None),
        ({"overall": "2", "assessment_left": "3"}, "3"),
        ({"overall": "4A", "assessment_right": "2"}, "4A"),
        ({"overall": "MP"}, None),
        ({}, None),
    ],
)
def test_prior_assessment_is_that_of_the_same_breast(sides: dict, expected: str | None):
    """The breast's own category, else an overall one that the other breast does not explain."""
    found = look_back(reading(earlier(date(2025, 11, 4), **sides)))
    assert found.facts.prior_assessment == expected


def test_prior_assessment_is_the_last_one_given():
    """A later report without a category for the breast does not hide an earlier one."""
    reports = (earlier(date(2025, 11, 4)), earlier(date(2025, 5, 4), "3"), earlier(date(2024, 5, 4), "2"))
    assert look_back(reading(*reports)).facts.prior_assessment == "3"


def test_prior_assessment_of_two_breasts():
    """With findings in both breasts the category that drives more counts."""
    both = (finding("left", "F1"), finding("right", "F2"))
    for higher in ({"assessment_left": "4B", "assessment_right": "2"}, {"assessment_left": "4B"}):
        report = earlier(date(2025, 11, 4), **higher)
        assert look_back(reading(report, findings=both)).facts.prior_assessment == "4B"
    report = earlier(date(2025, 11, 4), assessment_left="2", assessment_right="4B")
    assert look_back(reading(report, findings=both)).facts.prior_assessment == "4B"
    assert look_back(reading(report, findings=())).facts.prior_assessment == "4B"


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (date(2026, 2, 5), "none"),
        (date(2026, 2, 4), "m6"),
        (date(2025, 11, 4), "m6"),
        (date(2025, 8, 5), "m6"),
        (date(2025, 8, 4), "m12"),
        (date(2025, 5, 4), "m12"),
        (date(2024, 11, 5), "m12"),
        (date(2024, 11, 4), "m24"),
        (date(2023, 11, 5), "m24"),
        (date(2023, 11, 4), "m36"),
        (date(2020, 1, 1), "m36"),
    ],
)
def test_surveillance_step_by_months(first: date, expected: str):
    """3 to under 9 months is m6, to under 18 m12, to under 30 m24, from 30 on m36."""
    assert look_back(reading(earlier(first, "3"))).facts.surveillance_step == expected


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        (["3", "3"], "m12"),
        (["0A", "3"], "m12"),
        (["2", "3"], "none"),
        (["3", "2"], "m6"),
        (["4A", "3"], "none"),
        (["3", "4A"], "m6"),
        ([None, "3"], "m12"),
        (["2", "2"], "none"),
    ],
)
def test_surveillance_is_an_unbroken_row(categories: list, expected: str):
    """The first category 3 of the running row counts; an incomplete report does not end the row."""
    days = (date(2025, 11, 4), date(2025, 5, 4))
    reports = [earlier(day, name) for day, name in zip(days, categories, strict=True)]
    assert look_back(reading(*reports)).facts.surveillance_step == expected


def test_surveillance_of_two_breasts():
    """The breast that is category 3 now decides; between two of them the earlier step."""
    both = (finding("left", "F1"), finding("right", "F2"))
    reports = (
        earlier(date(2025, 11, 4), assessment_left="3", assessment_right="3"),
        earlier(date(2024, 5, 4), assessment_left="3", assessment_right="2"),
    )
    now = {"findings": both, "assessment_left": "3"}
    assert look_back(reading(*reports, **now, assessment_right="2")).facts.surveillance_step == "m24"
    assert look_back(reading(*reports, **now, assessment_right="3")).facts.surveillance_step == "m6"
    of_the_report = {"findings": both, "assessment_overall": "3", "assessment_right": "2"}
    assert look_back(reading(*reports, **of_the_report)).facts.surveillance_step == "m24"
    assert look_back(reading(*reports, findings=both)).facts.surveillance_step == "m6"


def test_surveillance_needs_the_exam_date():
    """Without the day of the exam there is no step and no duration."""
    found = look_back(reading(earlier(date(2025, 11, 4), "3"), exam_date=None))
    assert (found.facts.surveillance_step, found.facts.prior_assessment) == ("none", "3")


@settings(max_examples=2000)
@given(st.dates(date(2000, 1, 1), date(2026, 5, 3)))
def test_surveillance_step_is_monotonous(first: date):
    """The longer ago the first category 3, the later the step."""
    order = ("none", "m6", "m12", "m24", "m36")
    step = look_back(reading(earlier(first, "3"))).facts.surveillance_step
    before = look_back(reading(earlier(add_months(first, -3), "3"))).facts.surveillance_step
    assert order.index(before) >= order.index(step)


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([(date(2025, 11, 4), "3")], False),
        ([(date(2025, 11, 4), "3"), (date(2025, 5, 4), "3")], False),
        ([(date(2026, 1, 4), "3"), (date(2024, 1, 4), "3")], True),
        ([(date(2025, 11, 4), "2"), (date(2025, 5, 4), "3")], True),
        ([(date(2025, 11, 4), "2")], None),
        ([(date(2025, 11, 4), "4A"), (date(2025, 5, 4), "3")], None),
    ],
)
def test_prior_surveillance_complete(reports: list, expected: bool | None):
    """Complete after two years or when a 1 or 2 ended it; null where there was none (R-PR-03)."""
    found = look_back(reading(*(earlier(day, name) for day, name in reports)))
    assert found.facts.prior_surveillance_complete is expected


def _biopsy(day: date | None, side: str | None = "left") -> tuple[Biopsy, ...]:
    return (Biopsy("Procedure/b1", day, side),)


@pytest.mark.parametrize(
    ("biopsies", "complete", "expected"),
    [
        (_biopsy(date(2025, 12, 1)), False, True),
        (_biopsy(date(2025, 12, 1), None), False, True),
        (_biopsy(date(2025, 12, 1), "bilateral"), True, True),
        (_biopsy(date(2025, 12, 1), "right"), True, False),
        (_biopsy(date(2025, 1, 1)), True, False),
        (_biopsy(date(2027, 1, 1)), True, False),
        (_biopsy(None), True, None),
        ((), True, False),
        ((), False, None),
    ],
)
def test_prior_biopsy_done(biopsies: tuple, complete: bool, expected: bool | None):
    """Tissue of that breast between the two exams; false only when the record came whole (R-PR-01)."""
    found = look_back(
        reading(earlier(date(2025, 11, 4), "4B"), biopsies=biopsies, biopsies_complete=complete)
    )
    assert found.facts.prior_biopsy_done is expected


def test_biopsy_is_asked_only_after_a_suspicious_category():
    """An earlier 1, 2, 3 or 0 advises no biopsy."""
    for name in ("1", "2", "3", "0A", "6"):
        found = look_back(reading(earlier(date(2025, 11, 4), name), biopsies_complete=True))
        assert found.facts.prior_biopsy_done is None


def test_previous_assessment_is_of_an_earlier_version():
    """The earlier version of this report gives previous_assessment and is no earlier exam."""
    version = earlier(EXAM, "2", same_report=True)
    found = look_back(reading(version))
    assert (found.facts.previous_assessment, found.facts.prior_assessment) == ("2", None)
    breasts = earlier(EXAM, None, assessment_left="2", assessment_right="4A", same_report=True)
    assert look_back(reading(breasts)).facts.previous_assessment == "4A"
    assert look_back(reading(earlier(date(2025, 5, 4), "3"))).facts.previous_assessment is None


@pytest.mark.parametrize(
    ("taken", "expected"), [(date(2025, 12, 1), "4B"), (date(2025, 6, 1), "3"), (date(2024, 6, 1), None)]
)
def test_category_at_an_earlier_biopsy(taken: date, expected: str | None):
    """The last report before the tissue was taken gives imaging_category_at_biopsy."""
    reports = (
        earlier(date(2025, 11, 4), "4B"),
        earlier(date(2025, 5, 4), "3"),
        earlier(date(2024, 5, 4), "2"),
    )
    biopsied = finding(biopsy_result="benign")
    found = look_back(reading(*reports, findings=(biopsied,), pathology_dates={"F1": taken}))
    assert found.facts.findings[0].imaging_category_at_biopsy == expected


def test_what_is_stated_stays():
    """History never overwrites what the report itself says."""
    stated = finding(
        biopsy_result="benign", imaging_category_at_biopsy="5", change="stable", stability_months=36
    )
    old = earlier(date(2025, 11, 4), "4B", findings=(finding(),))
    found = look_back(reading(old, findings=(stated,), pathology_dates={"F1": date(2025, 12, 1)}))
    assert found.facts.findings[0].imaging_category_at_biopsy == "5"
    assert found.facts.findings[0].stability_months == 36
