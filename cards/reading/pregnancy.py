"""Whether the patient is pregnant or nursing at the exam."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Final

from cards.reading.codings import codings_of
from cards.reading.data_file import data_rows
from cards.reading.dates import days_of
from cards.reading.resources import Json, Resources
from cards.terminology import Terminology

# A statement counts for as long as the state it names can last: 40 weeks, or a year of nursing.
_LASTS: Final = {
    "pregnant": timedelta(weeks=40),
    "lactating": timedelta(days=365),
    "none": timedelta(weeks=40),
}
# Tuples: a status of a wrong JSON type may not be hashable.
_VOID: Final[tuple[str, ...]] = ("entered-in-error", "cancelled", "refuted")
_ENDED: Final[tuple[str, ...]] = ("inactive", "resolved", "remission")


@cache
def _states() -> Mapping[tuple[str, str], str]:
    rows = data_rows("patient_states.csv", ("state", "system", "code", "source"), key=3)
    return {(row["system"], row["code"]): row["state"] for row in rows}


@cache
def _codes() -> frozenset[str]:
    return frozenset(code for _, code in _states())


def _state(value: object, terminology: Terminology) -> str | None:
    for coding in codings_of(value):
        system, code = coding.get("system"), coding.get("code")
        if isinstance(system, str) and isinstance(code, str) and code in _codes():
            state = _states().get((terminology.canonical_system(system), code))
            if state is not None:
                return state
    return None


def _is_void(resource: Json) -> bool:
    if resource.get("status") in _VOID:
        return True
    return any(coding.get("code") in _VOID for coding in codings_of(resource.get("verificationStatus")))


def _has_ended(condition: Json) -> bool:
    return "abatementDateTime" in condition or any(
        coding.get("code") in _ENDED for coding in codings_of(condition.get("clinicalStatus"))
    )


def _statements(index: Resources, terminology: Terminology) -> list[tuple[str, object]]:
    """(state, date as received) of every Observation and Condition that names one."""
    found: list[tuple[str, object]] = []
    for observation in index.of_type("Observation"):
        value = observation.get("valueCodeableConcept")
        if value is not None and (state := _state(value, terminology)) and not _is_void(observation):
            found.append((state, observation.get("effectiveDateTime") or observation.get("issued")))
    for condition in index.of_type("Condition"):
        state = _state(condition.get("code"), terminology)
        if state and not _is_void(condition) and not _has_ended(condition):
            found.append((state, condition.get("onsetDateTime") or condition.get("recordedDate")))
    return found


def pregnancy_status(index: Resources, exam: date | None, terminology: Terminology) -> str:
    """pregnant, lactating or none, by the latest statement that can still hold on the exam date.

    Conditions and Observations of the patient count whether or not the report refers to them. A
    statement without a date counts only when no dated one does.
    """
    latest, status = date.min, "none"
    for state, received in _statements(index, terminology):
        said = days_of(received)
        day = date.min if said is None else said.last
        if said is not None and exam is not None and not said.first <= exam <= day + _LASTS[state]:
            continue
        if day >= latest:
            latest, status = day, state
    return status
