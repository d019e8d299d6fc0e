"""Days and ISO 8601 durations: comparing them and counting on from a day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from dateutil.relativedelta import relativedelta
from isodate import Duration, ISO8601Error, parse_duration


@lru_cache(maxsize=512)
def length(duration: str) -> tuple[int, float] | None:
    """Return a duration as months and days, so that P12M equals P1Y; None for what is none."""
    try:
        parsed = parse_duration(duration)
    except (ISO8601Error, ArithmeticError, ValueError):
        return None
    if isinstance(parsed, Duration):
        return int(parsed.years * 12 + parsed.months), parsed.tdelta.total_seconds() / 86400
    return 0, parsed.total_seconds() / 86400


def later(day: date, duration: str) -> date:
    """Return the day that lies ``duration`` later; the last day of a shorter month, 9999-12-31 at most.

    Raises ValueError for a text that is no ISO 8601 duration.
    """
    parts = length(duration)
    if parts is None:
        raise ValueError(f"{duration!r} is no ISO 8601 duration such as P14D or P6M")
    months, days = parts
    try:
        return day + relativedelta(months=months, days=int(days))
    except (OverflowError, ValueError):
        return date.max
