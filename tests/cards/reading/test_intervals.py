"""Recommended intervals in one form."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.duration import is_duration
from cards.reading.intervals import (
    iso_interval,
    occurrence,
    quantity_interval,
    request_interval,
    value_interval,
)

EXAM = date(2026, 5, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P6M", "P6M"),
        ("P1Y", "P1Y"),
        ("P12M", "P12M"),
        ("P1Y6M", "P18M"),
        ("P26W", "P6M"),
        ("P180D", "P6M"),
        ("P365D", "P12M"),
        ("P14D", "P14D"),
        ("P0M", None),
        ("P1M3D", None),
        ("P", None),
        ("6 months", None),
        ("", None),
    ],
)
def test_iso_interval(text: str, expected: str | None):
    """Years and months stay, weeks and days become months where they come to whole ones."""
    assert iso_interval(text) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ({"value": 6, "code": "mo", "system": "http://unitsofmeasure.org"}, "P6M"),
        ({"value": 6.0, "unit": "months"}, "P6M"),
        ({"value": 12, "unit": "Monate", "code": "mo"}, "P12M"),
        ({"value": 1, "code": "a"}, "P1Y"),
        ({"value": 0.5, "unit": "years"}, "P6M"),
        ({"value": 26, "code": "wk"}, "P6M"),
        ({"value": 2, "code": "wk"}, "P14D"),
        ({"value": 183, "code": "d"}, "P6M"),
        ({"value": 6, "unit": "meses"}, "P6M"),
        ({"value": 1.3, "code": "mo"}, None),
        ({"value": 6}, None),
        ({"value": 6, "unit": "mm"}, None),
        ({"value": -6, "code": "mo"}, None),
        ({"value": True, "code": "mo"}, None),
        ({"value": "6", "code": "mo"}, None),
        ({"value": 1e9, "code": "mo"}, None),
        ({"value": float("nan"), "code": "mo"}, None),
    ],
)
def test_quantity_interval(quantity: dict, expected: str | None):
    """Quantities in months, years, weeks and days are normalised; anything else is not stated."""
    assert quantity_interval(quantity) == expected


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"valueQuantity": {"value": 6, "code": "mo"}}, "P6M"),
        ({"valueRange": {"low": {"value": 6, "code": "mo"}}}, "P6M"),
        ({"valueRange": {"high": {"value": 6, "code": "mo"}}}, None),
        ({"valueString": "P6M"}, "P6M"),
        ({"valueString": "in half a year"}, None),
        ({"valueDateTime": "2026-11-06"}, "P6M"),
        ({"valueDateTime": "2026-11"}, "P6M"),
        ({"valueDateTime": "2026-05-01"}, None),
        ({"valuePeriod": {"start": "2026-11-01", "end": "2026-11-30"}}, "P6M"),
        ({"valueQuantity": 6}, None),
        ({}, None),
    ],
)
def test_value_interval(element: dict, expected: str | None):
    """The interval is read from every value type that can carry one."""
    assert value_interval(element, EXAM) == expected


def test_dates_need_an_exam_date():
    """Without the day of the exam a due date says nothing about the interval."""
    assert value_interval({"valueDateTime": "2026-11-06"}, None) is None
    assert request_interval({"occurrenceDateTime": "2026-11-06"}, None) is None


@pytest.mark.parametrize(
    ("request_members", "expected"),
    [
        ({"occurrenceDateTime": "2026-11-04"}, "P6M"),
        ({"occurrencePeriod": {"start": "2026-10-21", "end": "2026-12-04"}}, "P6M"),
        ({"occurrenceTiming": {"event": ["2026-11-04"]}}, "P6M"),
        ({"occurrenceTiming": {"repeat": {"boundsPeriod": {"start": "2026-11-04"}}}}, "P6M"),
        ({"occurrenceTiming": {"repeat": {"boundsDuration": {"value": 6, "code": "mo"}}}}, "P6M"),
        ({"occurrenceTiming": {"repeat": {"frequency": 1, "period": 6, "periodUnit": "mo"}}}, "P6M"),
        ({"occurrenceTiming": {"repeat": []}}, None),
        ({"occurrenceTiming": "soon"}, None),
        ({"occurrenceDateTime": "2026-05-04"}, None),
        ({}, None),
    ],
)
def test_request_interval(request_members: dict, expected: str | None):
    """An order's date, period or timing gives its interval from the exam."""
    assert request_interval(request_members, EXAM) == expected


def test_occurrence_of_nothing_is_none():
    """An order without a date is due on no day."""
    assert occurrence({}) is None


@settings(max_examples=2000)
@given(
    st.floats(allow_nan=True) | st.integers(-10, 20_000),
    st.sampled_from(["mo", "a", "wk", "d", "months", "mm", ""]),
)
def test_quantities_give_durations_or_nothing(value: float, code: str):
    """Every interval that comes out is a positive ISO 8601 duration."""
    interval = quantity_interval({"value": value, "code": code})
    assert interval is None or is_duration(interval)
