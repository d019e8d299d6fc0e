"""When a suggested order is due: the dates of an occurrencePeriod."""

from __future__ import annotations

from datetime import date, timedelta

from cards.duration import day_after

_FOURTEEN_DAYS = timedelta(days=14)
_THIRTY_DAYS = timedelta(days=30)


def occurrence(
    timing: str, interval: str | None, exam_date: date | None, signed_date: date | None, today: date
) -> tuple[date, date] | None:
    """Return the first and last day on which an order should happen, or None when not known.

    ``prompt`` (biopsy, recall, referral): sign-off, else today, to + 14 days. ``follow_up``:
    due - 14 days to due + 30 days. ``routine``: due to due + 3 months. Due is the exam date
    (else sign-off) plus ``interval``. A start in the past becomes today, and an end that
    would then be past becomes today + 14 days.
    """
    if timing == "prompt":
        start = signed_date or today
        end = start + _FOURTEEN_DAYS
    else:
        exam = exam_date or signed_date
        if exam is None or interval is None or timing not in ("follow_up", "routine"):
            return None
        due = day_after(exam, interval)
        if timing == "routine":
            start, end = due, day_after(due, "P3M")
        else:
            start, end = due - _FOURTEEN_DAYS, due + _THIRTY_DAYS
    if start < today:
        start = today
    if end < today:
        end = today + _FOURTEEN_DAYS
    return start, end
