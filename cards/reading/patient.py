"""The patient as the guidance needs them: age at the exam, sex, languages, whether alive."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final

from cards.problem import Problem
from cards.reading.codings import codings_of
from cards.reading.data_file import data_rows
from cards.reading.dates import days_of
from cards.reading.resources import Json

_OLDEST: Final = 130
_SEX_PARAMETER: Final = "sexParameterForClinicalUse"
_SEX_PARAMETER_CODES: Final = {
    "female-typical": "female",
    "male-typical": "male",
    "female": "female",
    "male": "male",
}


@cache
def _deciding_ages() -> tuple[int, ...]:
    return tuple(sorted(int(row["age"]) for row in data_rows("deciding_ages.csv", ("age", "why"))))


def age_on(birth: date, day: date) -> int:
    """Completed years; someone born on 29 February is a year older on 1 March of a common year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def age_years(patient: Json | None, exam: date | None, problems: list[Problem]) -> int | None:
    """The age on the exam date in whole years, from ``Patient.birthDate``.

    A birth date without month or day gives a lowest and a highest age: the lowest is taken when
    no threshold of the guidance (deciding_ages.csv) lies between them, else the age is unknown.
    """
    received = None if patient is None else patient.get("birthDate")
    if received is None or exam is None:
        return None
    born = days_of(received)
    if born is None:
        text = "The birth date is no FHIR date; the age is unknown."
        problems.append(Problem("Patient.birthDate", "unreadable-date", text))
        return None
    lowest = age_on(born.last, exam)
    highest = lowest if born.first == born.last else age_on(born.first, exam)
    if highest < 0 or lowest > _OLDEST:
        text = "The birth date does not fit the exam date; the age is unknown."
        problems.append(Problem("Patient.birthDate", "implausible-age", text))
        return None
    lowest = max(lowest, 0)
    ages = _deciding_ages()
    if lowest != highest and bisect_right(ages, lowest) != bisect_right(ages, highest):
        text = (
            f"The birth date leaves the age between {lowest} and {highest}, which would decide differently."
        )
        problems.append(Problem("Patient.birthDate", "partial-birth-date", text))
        return None
    return lowest


def _sex_parameters(patient: Json) -> Iterator[str]:
    extensions = patient.get("extension")
    for extension in extensions if isinstance(extensions, list) else ():
        if not isinstance(extension, dict) or not str(extension.get("url")).endswith(_SEX_PARAMETER):
            continue
        nested = extension.get("extension")
        values = [extension, *(nested if isinstance(nested, list) else ())]
        for value in values:
            if not isinstance(value, dict):
                continue
            for coding in codings_of(value.get("valueCodeableConcept") or value.get("valueCoding")):
                meaning = _SEX_PARAMETER_CODES.get(str(coding.get("code")))
                if meaning is not None:
                    yield meaning


def sex(patient: Json | None, problems: list[Problem]) -> str:
    """female, male or unknown: the anatomy that guidance is written for.

    The sex-parameter-for-clinical-use extension says just that and stands before ``gender``; a
    problem says so when they differ.
    """
    if patient is None:
        return "unknown"
    gender = patient.get("gender")
    gender = gender if gender in ("female", "male") else "unknown"
    if "extension" in patient:
        stated = set(_sex_parameters(patient))
        if len(stated) > 1:
            text = "Two sex parameters for clinical use are given; the sex is unknown."
            problems.append(Problem("Patient.extension", "contradicting-sex", text))
            return "unknown"
        if stated:
            parameter = stated.pop()
            if gender not in ("unknown", parameter):
                text = "Gender and the sex parameter for clinical use differ; the sex parameter counts."
                problems.append(Problem("Patient.extension", "sex-parameter-differs", text))
            return parameter
    return str(gender)


def is_deceased(patient: Json | None) -> bool:
    """Whether ``deceasedBoolean`` is true or a ``deceasedDateTime`` is given."""
    if patient is None:
        return False
    return patient.get("deceasedBoolean") is True or isinstance(patient.get("deceasedDateTime"), str)


def languages(patient: Json | None) -> tuple[str, ...]:
    """The languages a patient reads as language tags (``es``, ``en-US``), the preferred ones first."""
    spoken = None if patient is None else patient.get("communication")
    tags: dict[str, bool] = {}
    for one in spoken if isinstance(spoken, list) else ():
        if not isinstance(one, dict):
            continue
        for coding in codings_of(one.get("language")):
            code = coding.get("code")
            if isinstance(code, str) and 2 <= len(code) <= 35:
                tags[code] = tags.get(code, False) or one.get("preferred") is True
    return tuple(sorted(tags, key=lambda tag: not tags[tag])) if tags else ()
