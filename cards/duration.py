"""ISO 8601 durations: which texts are one, and the day one ends."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from isodate import Duration, ISO8601Error, parse_duration


@lru_cache(maxsize=1024)
def _is_positive(text: str) -> bool:
    try:
        length = parse_duration(text)
    except (ISO8601Error, ArithmeticError, ValueError):
        return False
    if isinstance(length, Duration):
        parts = (length.years, length.months, length.tdelta.total_seconds())
        return bool(min(parts) >= 0 and max(parts) > 0)
    return bool(length.total_seconds() > 0)


def is_duration(value: object) -> bool:
    """Say whether a JSON value is a positive ISO 8601 duration such as P6M, P1Y or P14D.

    Longer than 16 characters is none: no interval of a report needs more.
    """
    if type(value) is not str or not 3 <= len(value) <= 16:
        return False
    return value[0] == "P" and value[-1] in "YMWDHS" and _is_positive(value)


@lru_cache(maxsize=4096)
def day_after(day: date, duration: str) -> date:
    """Return the day an ISO 8601 ``duration`` after ``day``; month ends are clipped, hours do not
    count. A day past the calendar's last one is that last one."""
    try:
        later: date = day + parse_duration(duration)
    except (OverflowError, ValueError):
        return date.max
    return later
