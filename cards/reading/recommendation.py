"""What the report recommends, after what interval, and for which side.

Each of the three is read from coded Observations and components first; where they say
nothing, from the orders that follow from the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

from cards.problem import Problem
from cards.reading.data_file import data_rows
from cards.reading.intervals import value_interval
from cards.reading.orders import Order
from cards.reading.topics import Said, Topics, about, note_unmapped
from cards.terminology import Terminology
from cards.value_class import value_class

_QUESTIONS: Final[tuple[str, ...]] = ("q_recommendation", "q_recommendation_text", "q_recommended_followup")
_TOPICS: Final[tuple[str, ...]] = ("recommendation", *_QUESTIONS)
_INTERVAL_QUESTIONS: Final[tuple[str, ...]] = (
    "q_recommendation_interval",
    "q_recommended_followup_interval",
    "q_recommended_followup_date",
)
_INTERVAL_IN_CONCEPT: Final = {"followup_6_months": "P6M", "followup_3_months": "P3M"}
_FOLLOW_UP: Final = frozenset(("routine_screening", "short_interval_follow_up"))
_A_MAMMOGRAM: Final = frozenset(
    (
        "mammogram_unspecified",
        "diagnostic_mammogram",
        "diagnostic_mammography",
        "mammography",
        "mg_diagnostic",
        "dbt_diagnostic",
        "mg_unspecified",
        "dbt_unspecified",
        "mg_magnification",
        "mg_spot_magnification",
    )
)


@value_class
class Recommended:
    """``values`` as in Facts.recommendation (None: nothing coded), the interval, the side."""

    values: tuple[str, ...] | None = None
    interval: str | None = None
    side: str | None = None


@cache
def _order_meanings() -> Mapping[tuple[str, str], str]:
    rows = data_rows("order_meanings.csv", ("domain", "concept", "recommendation"), key=2)
    return {(row["domain"], row["concept"]): row["recommendation"] for row in rows}


def _of_answer(said: Said) -> tuple[str, ...]:
    """The recommendations of one answer.

    Some codes are also the name of a view or a study; those recommend something only as the
    answer to a question about recommendations.
    """
    value = said.answer.value
    if len(value.domains) > 1 and not said.asks(_QUESTIONS):
        return ()
    return value.of("recommendation")


_DAYS_OF: Final = {"Y": 365.25, "M": 30.4375, "D": 1.0}


def _length_in_days(interval: str) -> float:
    return int(interval[1:-1]) * _DAYS_OF[interval[-1]]


def _shortest(found: Sequence[tuple[str, str]], problems: list[Problem]) -> str | None:
    """The shortest of (interval, location); a problem when they differ in length (P-3)."""
    if not found:
        return None
    ordered = sorted(found, key=lambda pair: _length_in_days(pair[0]))
    if _length_in_days(ordered[-1][0]) - _length_in_days(ordered[0][0]) > 1:
        text = "Several follow-up intervals are coded; the shortest counts."
        problems.append(Problem(ordered[-1][1], "several-intervals", text))
    return ordered[0][0]


def _one_side(sides: Iterable[str | None]) -> str | None:
    """left or right when every side given is that one; else None."""
    given = {side for side in sides if side is not None}
    only = given.pop() if len(given) == 1 else None
    return only if only in ("left", "right") else None


def _short_interval(concepts: Iterable[str], interval: str | None) -> bool:
    """Whether a mammogram is due so that it is a short-interval follow-up: 3 to 11 months after the exam.

    A recall for more views is due in weeks, routine screening in a year or more.
    """
    if interval is None or not any(concept in _A_MAMMOGRAM for concept in concepts):
        return False
    return 85 <= _length_in_days(interval) < 350


def _from_observations(
    topics: Topics, exam: date | None, terminology: Terminology, problems: list[Problem]
) -> Recommended:
    names: dict[str, None] = {}
    sides: list[str | None] = []
    intervals: list[tuple[str, str]] = []
    for said in about(topics, _TOPICS):
        found = _of_answer(said)
        note_unmapped(said, terminology, problems)
        if found:
            sides.append(said.observed.side)
        for name in found:
            names[name] = None
            if name in _INTERVAL_IN_CONCEPT:
                intervals.append((_INTERVAL_IN_CONCEPT[name], said.location))
        if not found and said.asks(_QUESTIONS) and said.answer.value.is_empty:
            # DICOM lets the follow-up itself carry a time: 111053 with a quantity.
            timed = value_interval(said.answer.element, exam)
            if timed is not None:
                intervals.append((timed, said.location))
    for said in about(topics, _INTERVAL_QUESTIONS):
        interval = value_interval(said.answer.element, exam)
        if interval is not None:
            intervals.append((interval, said.location))
        else:
            text = "The recommended interval could not be read as months, weeks, days or years, or as a date."
            problems.append(Problem(said.location, "unreadable-interval", text))
    interval = _shortest(intervals, problems)
    values: dict[str, None] = {}
    for name in names:
        value = terminology.value("recommendation", name)
        if value is not None:
            values[value] = None
    if _short_interval(names, interval):
        values["short_interval_follow_up"] = None
    return Recommended(tuple(values) or None, interval, _one_side(sides))


def _of_order(order: Order, terminology: Terminology) -> dict[str, None]:
    values: dict[str, None] = {}
    for concept in order.coded.concepts:
        if concept.domain == "recommendation":
            value = terminology.value("recommendation", concept.concept)
        else:
            value = _order_meanings().get((concept.domain, concept.concept))
        if value is not None:
            values[value] = None
    if _short_interval((concept.concept for concept in order.coded.concepts), order.interval):
        values["short_interval_follow_up"] = None
    return values


def _from_orders(orders: Iterable[Order], terminology: Terminology, problems: list[Problem]) -> Recommended:
    values: dict[str, None] = {}
    intervals: list[tuple[str, str]] = []
    sides: list[str | None] = []
    for order in orders:
        own = _of_order(order, terminology)
        values.update(own)
        if own:
            sides.append(order.side)
        if order.interval is not None and not _FOLLOW_UP.isdisjoint(own):
            intervals.append((order.interval, order.reference))
        for concept in order.coded.concepts:
            if concept.concept in _INTERVAL_IN_CONCEPT:
                intervals.append((_INTERVAL_IN_CONCEPT[concept.concept], order.reference))
    return Recommended(tuple(values) or None, _shortest(intervals, problems), _one_side(sides))


def read_recommendation(
    topics: Topics,
    orders: Sequence[Order],
    exam: date | None,
    terminology: Terminology,
    problems: list[Problem],
) -> Recommended:
    """The coded recommendation (decision model 2.4), its interval in ISO 8601, and its side.

    ``orders`` are those that follow from the report (:func:`cards.reading.orders.following_orders`);
    ``exam`` is the day that due dates are counted from.
    """
    coded = _from_observations(topics, exam, terminology, problems)
    if not orders:
        return coded
    ordered = _from_orders(orders, terminology, problems)
    return Recommended(
        ordered.values if coded.values is None else coded.values,
        coded.interval or ordered.interval,
        coded.side or ordered.side,
    )
