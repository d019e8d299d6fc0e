"""Days and intervals: FHIR dates of any precision, and the time between an exam and what follows.

A day is the calendar day the sender wrote, in the sender's own offset: an exam at 23:30 -05:00
took place on that day, whatever the day was elsewhere.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from cards.problem import Problem
from cards.reading.resources import Json
from cards.value_class import value_class

_PARTIAL: Final = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")


@value_class
class Days:
    """The first and the last day a FHIR date can mean; both the same for a full date."""

    first: date
    last: date


def days_of(value: object) -> Days | None:
    """The days a FHIR ``date``, ``dateTime`` or ``instant`` can mean, as ``2026`` or ``2026-05-04T..``.

    None for anything else.
    """
    if not isinstance(value, str):
        return None
    if len(value) >= 10:
        # fromisoformat also reads week dates, which FHIR does not know; their hyphens stand elsewhere.
        if value[4] != "-" or value[7] != "-" or (len(value) > 10 and value[10] != "T"):
            return None
        try:
            day = date.fromisoformat(value[:10])
        except ValueError:
            return None
        return Days(day, day)
    partial = _PARTIAL.fullmatch(value)
    if partial is None or partial[1] == "0000":
        return None
    year = int(partial[1])
    if partial[2] is None:
        return Days(date(year, 1, 1), date(year, 12, 31))
    month = int(partial[2])
    return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def days_of_period(value: object) -> Days | None:
    """The days from the start to the end of a FHIR Period; an open end counts as the other end."""
    if not isinstance(value, dict):
        return None
    start, end = days_of(value.get("start")), days_of(value.get("end"))
    if start is None or end is None:
        return start or end
    return Days(start.first, max(start.first, end.last))


def _effective(report: Json) -> tuple[Days | None, str, object]:
    moment = report.get("effectiveDateTime")
    if moment is not None:
        return days_of(moment), "effectiveDateTime", moment
    period = report.get("effectivePeriod")
    if isinstance(period, dict):
        name = "end" if period.get("end") is not None else "start"
        return days_of(period.get(name)), f"effectivePeriod.{name}", period.get(name)
    return None, "effective[x]", period


def exam_date(report: Json, location: str, problems: list[Problem]) -> date | None:
    """The day of the exam: ``effective[x]`` (of a Period its end), else ``issued``.

    A date without a day is not made up: ``issued`` stands in when it lies in the month or year
    given, else the first day does, so that nothing falls due too late; a problem says so.
    """
    effective, path, received = _effective(report)
    if effective is not None and effective.first == effective.last:
        return effective.first
    issued = days_of(report.get("issued"))
    if effective is None:
        if received is not None:
            text = "The exam date is no FHIR date; the date of issue is used instead."
            problems.append(Problem(f"{location}.{path}", "unreadable-date", text))
        return None if issued is None else issued.first
    text = "The exam date has no day; the date of issue or else the first possible day is used."
    problems.append(Problem(f"{location}.{path}", "partial-date", text))
    if issued is not None and effective.first <= issued.first <= effective.last:
        return issued.first
    return effective.first


def signed_date(report: Json, location: str, problems: list[Problem]) -> date | None:
    """The day of signature: ``issued``; None when it is not given or cannot be read."""
    received = report.get("issued")
    days = days_of(received)
    if days is None and received is not None:
        problems.append(
            Problem(f"{location}.issued", "unreadable-date", "The date of issue is no FHIR date.")
        )
    return None if days is None else days.first


def whole_months(first: date, later: date) -> int:
    """Completed calendar months from ``first`` to ``later``; the 31st completes at a month's end.

    Negative when ``later`` lies before ``first``.
    """
    gap = relativedelta(later, first)
    return gap.years * 12 + gap.months


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, or the last day of a shorter month."""
    return day + relativedelta(months=months)


_NEAR: Final = timedelta(days=14)


def interval_until(exam: date, due: Days) -> str | None:
    """The interval from the exam to an appointment, in whole months, as ``P6M``.

    A single day counts when it lies within 14 days of a whole month after the exam. A period
    counts as the first whole month that falls into it; if none does, as its first day.
    """
    months = max(whole_months(exam, due.first), 1)
    if due.last > due.first:
        for candidate in (months, months + 1):
            if due.first <= add_months(exam, candidate) <= due.last:
                return f"P{candidate}M"
    # A day in the middle of two months belongs to the later one: orders start two weeks early.
    distance, nearest = min(
        (abs(add_months(exam, candidate) - due.first), -candidate) for candidate in (months, months + 1)
    )
    return f"P{-nearest}M" if distance <= _NEAR else None
