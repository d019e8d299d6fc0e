"""Recommended intervals: ISO 8601 texts, quantities and occurrence dates, in one form.

``P12M`` and ``P1Y`` are equal in length and both kept as sent; guidance compares by length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from cards.reading.dates import Days, days_of, days_of_period, interval_until
from cards.reading.resources import Json

_ISO: Final = re.compile(
    r"P(?=[0-9])(?:([0-9]{1,3})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?(?:T[0-9HMS.]+)?"
)

# UCUM codes, FHIR period units and the words and signs that quantities carry instead of them.
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(("mo", "mo_g", "mo_j", "{month}", "month", "months", "m", "mos", "mes", "meses"), "month")
    | dict.fromkeys(("a", "a_g", "a_j", "year", "years", "yr", "yrs", "y", "{year}", "año", "años"), "year")
    | dict.fromkeys(("wk", "week", "weeks", "w", "wks", "{week}", "semana", "semanas"), "week")
    | dict.fromkeys(("d", "day", "days", "{day}", "día", "días"), "day")
)

# A month has 30.4375 days on average; 26 weeks (182 days) mean 6 months and 365 days mean 12.
_DAYS_A_MONTH: Final = 30.4375
_TOLERANCE_IN_DAYS: Final = 3


def _from_days(days: int) -> str | None:
    if days <= 0:
        return None
    months = round(days / _DAYS_A_MONTH)
    if months and abs(days - months * _DAYS_A_MONTH) <= _TOLERANCE_IN_DAYS:
        return f"P{months}M"
    return f"P{days}D"


def _from_months(months: int) -> str | None:
    return f"P{months}M" if months > 0 else None


def iso_interval(text: str) -> str | None:
    """An ISO 8601 duration of years, months, weeks and days in its plain form; None if it is none.

    Mixed forms become months (``P1Y6M`` is ``P18M``); weeks and days become months when they
    come to within 3 days of whole ones, else days.
    """
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    if not (weeks or days):
        if years and not months:
            return f"P{years}Y"
        return _from_months(years * 12 + months)
    if years or months:
        return None
    return _from_days(weeks * 7 + days)


def quantity_interval(quantity: Mapping[str, object]) -> str | None:
    """A FHIR Quantity, Duration or Range end as an interval; None without a time unit or a usable number."""
    value = quantity.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10_000:
        return None
    unit = None
    for name in ("code", "unit"):
        said = quantity.get(name)
        if isinstance(said, str):
            unit = _UNITS.get(said.strip().lower())
        if unit is not None:
            break
    if unit == "year":
        return f"P{int(value)}Y" if value == int(value) else _whole_months(value * 12)
    if unit == "month":
        return _whole_months(value)
    if unit in ("week", "day"):
        return _from_days(round(value * 7 if unit == "week" else value))
    return None


def _whole_months(value: float) -> str | None:
    return _from_months(int(value)) if value == int(value) else None


def value_interval(element: Json, exam: date | None) -> str | None:
    """The interval in the ``value[x]`` of an Observation or component.

    Reads Quantity, the low end of a Range, an ISO duration as string, and a date or Period
    (counted from the exam, :func:`cards.reading.dates.interval_until`).
    """
    quantity = element.get("valueQuantity") or element.get("valueDuration")
    if isinstance(quantity, dict):
        return quantity_interval(quantity)
    span = element.get("valueRange")
    if isinstance(span, dict):
        low = span.get("low")
        return quantity_interval(low) if isinstance(low, dict) else None
    text = element.get("valueString")
    if isinstance(text, str):
        return iso_interval(text)
    moment = days_of(element.get("valueDateTime")) or days_of_period(element.get("valuePeriod"))
    return None if moment is None or exam is None else _until(exam, moment)


def _until(exam: date, due: Days) -> str | None:
    return interval_until(exam, due) if due.last > exam else None


def occurrence(request: Json) -> Days | None:
    """When a ServiceRequest is due: ``occurrence[x]`` as date, Period, or Timing with dates."""
    found = days_of(request.get("occurrenceDateTime")) or days_of_period(request.get("occurrencePeriod"))
    timing = request.get("occurrenceTiming")
    if found is not None or not isinstance(timing, dict):
        return found
    events = timing.get("event")
    if isinstance(events, list) and events:
        return days_of(events[0])
    repeat = timing.get("repeat")
    return days_of_period(repeat.get("boundsPeriod")) if isinstance(repeat, dict) else None


def request_interval(request: Json, exam: date | None) -> str | None:
    """The interval a ServiceRequest states: from the exam to its due date, or every 6 months."""
    due = occurrence(request)
    if due is not None:
        return None if exam is None else _until(exam, due)
    timing = request.get("occurrenceTiming")
    repeat = timing.get("repeat") if isinstance(timing, dict) else None
    if not isinstance(repeat, dict):
        return None
    bounds = repeat.get("boundsDuration")
    if isinstance(bounds, dict):
        return quantity_interval(bounds)
    return quantity_interval({"value": repeat.get("period"), "code": repeat.get("periodUnit")})
