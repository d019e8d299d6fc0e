"""Days and months, done right."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.reading.dates import (
    Days,
    add_months,
    days_of,
    days_of_period,
    exam_date,
    interval_until,
    signed_date,
    whole_months,
)

DATES = st.dates(date(1900, 1, 1), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("received", "first", "last"),
    [
        ("2026-05-04", date(2026, 5, 4), date(2026, 5, 4)),
        ("2026-05", date(2026, 5, 1), date(2026, 5, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-05-04T23:30:00-05:00", date(2026, 5, 4), date(2026, 5, 4)),
        ("2026-05-04T00:10:00+13:00", date(2026, 5, 4), date(2026, 5, 4)),
        ("2026-05-04T23:59:60Z", date(2026, 5, 4), date(2026, 5, 4)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_days_of_reads_every_precision(received: str, first: date, last: date):
    """A date means the days the sender wrote, in the sender's own offset."""
    assert days_of(received) == Days(first, last)


@pytest.mark.parametrize(
    "received",
    [
        "2025-02-29",
        "2026-13",
        "2026-W19-1",
        "20260504",
        "0000",
        "2026-5-4",
        "2026-05-04 12:00",
        "",
        None,
        5,
        [],
        "04/05/2026",
    ],
)
def test_days_of_reads_nothing_else(received: object):
    """What is no FHIR date is no date, and nothing is raised."""
    assert days_of(received) is None


@settings(max_examples=2000)
@given(st.text() | st.from_regex(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T.{0,12})?)?)?", fullmatch=True))
def test_days_of_never_raises(received: str):
    """Whatever the text, the answer is an ordered pair of days or None."""
    days = days_of(received)
    assert days is None or days.first <= days.last


def test_period_runs_from_start_to_end():
    """An open end counts as the other end; a period that is none gives None."""
    assert days_of_period({"start": "2026-05-01", "end": "2026-05-09"}) == Days(
        date(2026, 5, 1), date(2026, 5, 9)
    )
    assert days_of_period({"end": "2026-05"}) == Days(date(2026, 5, 1), date(2026, 5, 31))
    assert days_of_period({"start": "2026-05-09", "end": "2026-05-01"}) == Days(
        date(2026, 5, 9), date(2026, 5, 9)
    )
    assert days_of_period({}) is None
    assert days_of_period("2026") is None


@pytest.mark.parametrize(
    ("members", "expected", "problems"),
    [
        ({"effectiveDateTime": "2026-05-04"}, date(2026, 5, 4), []),
        ({"effectivePeriod": {"start": "2026-05-03", "end": "2026-05-04"}}, date(2026, 5, 4), []),
        ({"effectivePeriod": {"start": "2026-05-03"}}, date(2026, 5, 3), []),
        ({"issued": "2026-05-05T08:00:00Z"}, date(2026, 5, 5), []),
        (
            {"effectiveDateTime": "2026-05", "issued": "2026-05-05T08:00:00Z"},
            date(2026, 5, 5),
            ["partial-date"],
        ),
        (
            {"effectiveDateTime": "2026-05", "issued": "2026-06-05T08:00:00Z"},
            date(2026, 5, 1),
            ["partial-date"],
        ),
        ({"effectiveDateTime": "2026-05"}, date(2026, 5, 1), ["partial-date"]),
        ({"effectiveDateTime": "yesterday", "issued": "2026-05-05"}, date(2026, 5, 5), ["unreadable-date"]),
        ({"effectiveDateTime": 20260504}, None, ["unreadable-date"]),
        ({"effectivePeriod": {"end": "soon"}}, None, ["unreadable-date"]),
        ({"effectivePeriod": "2026"}, None, ["unreadable-date"]),
        ({}, None, []),
    ],
)
def test_exam_date(members: dict, expected: date | None, problems: list[str]):
    """effective[x], of a Period its end, else issued; a date without a day is noted and never late."""
    noted: list = []
    assert exam_date(members, "DiagnosticReport/r1", noted) == expected
    assert [problem.code for problem in noted] == problems


def test_signed_date_is_the_day_of_issue():
    """The day of signature is the one the sender wrote; an unreadable one is noted."""
    noted: list = []
    assert signed_date({"issued": "2026-05-04T23:30:00-05:00"}, "r", noted) == date(2026, 5, 4)
    assert signed_date({}, "r", noted) is None
    assert noted == []
    assert signed_date({"issued": "today"}, "r", noted) is None
    assert [(problem.location, problem.code) for problem in noted] == [("r.issued", "unreadable-date")]


@pytest.mark.parametrize(
    ("first", "later", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2024, 1, 31), date(2024, 2, 28), 0),
        (date(2024, 1, 31), date(2024, 2, 29), 1),
        (date(2025, 11, 4), date(2026, 5, 3), 5),
        (date(2025, 11, 4), date(2026, 5, 4), 6),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2026, 5, 4), date(2026, 5, 4), 0),
    ],
)
def test_whole_months(first: date, later: date, months: int):
    """Completed months, with month ends and leap days counted as the calendar has them."""
    assert whole_months(first, later) == months


@settings(max_examples=2000)
@given(DATES, st.integers(0, 120))
def test_months_added_are_months_counted(day: date, months: int):
    """Adding months and counting them agree for every day of the calendar."""
    assert whole_months(day, add_months(day, months)) == months


@pytest.mark.parametrize(
    ("exam", "first", "last", "expected"),
    [
        (date(2026, 5, 4), date(2026, 11, 4), date(2026, 11, 4), "P6M"),
        (date(2026, 5, 4), date(2026, 11, 18), date(2026, 11, 18), "P6M"),
        (date(2026, 5, 4), date(2026, 10, 21), date(2026, 10, 21), "P6M"),
        (date(2026, 5, 4), date(2026, 11, 19), date(2026, 11, 19), None),
        (date(2026, 8, 31), date(2027, 2, 28), date(2027, 2, 28), "P6M"),
        (date(2026, 5, 4), date(2026, 11, 1), date(2026, 11, 30), "P6M"),
        (date(2026, 5, 4), date(2026, 10, 21), date(2026, 12, 4), "P6M"),
        (date(2026, 5, 4), date(2027, 5, 4), date(2027, 8, 4), "P12M"),
        (date(2025, 9, 1), date(2026, 2, 15), date(2026, 3, 31), "P6M"),
        (date(2026, 5, 4), date(2026, 5, 10), date(2026, 5, 10), None),
    ],
)
def test_interval_until(exam: date, first: date, last: date, expected: str | None):
    """An appointment counts as whole months when within 14 days of one."""
    assert interval_until(exam, Days(first, last)) == expected


@settings(max_examples=2000)
@given(DATES, st.integers(1, 60), st.integers(-13, 13))
def test_interval_until_is_close_to_the_appointment(exam: date, months: int, days: int):
    """A day within 13 days of a whole month gives an interval that ends within 14 days of it."""
    due = add_months(exam, months) + timedelta(days=days)
    found = interval_until(exam, Days(due, due))
    assert found is not None
    assert abs(add_months(exam, int(found[1:-1])) - due) <= timedelta(days=14)


@settings(max_examples=2000)
@given(DATES, st.integers(1, 36))
def test_interval_of_our_own_orders(exam: date, months: int):
    """The period that follow-up orders carry, two weeks before to 30 days after, gives the interval back."""
    due = add_months(exam, months)
    period = Days(due - timedelta(days=14), due + timedelta(days=30))
    assert interval_until(exam, period) == f"P{months}M"


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 5, 25), "P1M"), (date(2026, 5, 10), None)])
def test_an_appointment_within_the_month_is_one_of_a_month_or_none(day: date, expected: str | None):
    """Three weeks after the exam are a month given early; one week is no interval."""
    assert interval_until(date(2026, 5, 4), Days(day, day)) == expected
