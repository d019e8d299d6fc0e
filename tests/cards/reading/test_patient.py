"""Age, sex, languages, and whether the patient lives."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.reading.patient import age_on, age_years, is_deceased, languages, sex
from tests.cards.reading.report_builder import patient, reading, report

EXAM = date(2026, 5, 4)
SEX_PARAMETER = "http://hl7.org/fhir/StructureDefinition/patient-sexParameterForClinicalUse"


@pytest.mark.parametrize(
    ("born", "expected", "problems"),
    [
        ("1970-05-04", 56, []),
        ("1970-05-05", 55, []),
        ("1984-02-29", 42, []),
        ("1960", 65, []),
        ("1960-05", 65, []),
        # 40 and 50 decide: an age on either side of them is unknown.
        ("1986-05", None, ["partial-birth-date"]),
        ("1976", None, ["partial-birth-date"]),
        ("1978", 47, []),
        ("2026-06-01", None, ["implausible-age"]),
        ("1890-01-01", None, ["implausible-age"]),
        ("2026", 0, []),
        ("long ago", None, ["unreadable-date"]),
        (1970, None, ["unreadable-date"]),
        (None, None, []),
    ],
)
def test_age_years(born: object, expected: int | None, problems: list[str]):
    """The age at the exam; with a partial date the lowest, or unknown where it would decide differently."""
    noted: list = []
    assert age_years({"birthDate": born}, EXAM, noted) == expected
    assert [problem.code for problem in noted] == problems


def test_age_needs_patient_and_exam_date():
    """Without a patient or the day of the exam the age is unknown."""
    assert age_years(None, EXAM, []) is None
    assert age_years({"birthDate": "1970-05-04"}, None, []) is None


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2025, 2, 28), 40), (date(2025, 3, 1), 41), (date(2028, 2, 28), 43), (date(2028, 2, 29), 44)],
)
def test_birthday_on_a_leap_day(day: date, age: int):
    """Someone born on 29 February is a year older on 1 March of a common year."""
    assert age_on(date(1984, 2, 29), day) == age


@settings(max_examples=2000)
@given(st.dates(date(1920, 1, 1), date(2026, 5, 4)), st.integers(4, 10))
def test_partial_birth_dates_never_mislead(born: date, length: int):
    """A shortened birth date gives an age on the same side of every threshold, or none."""
    received = born.isoformat()[: {4: 4, 5: 7, 6: 7, 7: 7}.get(length, 10)]
    known, found = age_on(born, EXAM), age_years({"birthDate": received}, EXAM, [])
    if found is not None:
        assert found <= known
        for threshold in (40, 45, 50, 55, 71, 75):
            assert (found >= threshold) == (known >= threshold)


def _parameter(code: str) -> dict:
    coding = {"system": "http://terminology.hl7.org/CodeSystem/sex-parameter-for-clinical-use", "code": code}
    inner = [{"url": "value", "valueCodeableConcept": {"coding": [coding]}}]
    return {"url": SEX_PARAMETER, "extension": inner}


@pytest.mark.parametrize(
    ("members", "expected", "problems"),
    [
        ({"gender": "female"}, "female", []),
        ({"gender": "male"}, "male", []),
        ({"gender": "other"}, "unknown", []),
        ({"gender": "unknown"}, "unknown", []),
        ({"gender": ["female"]}, "unknown", []),
        ({}, "unknown", []),
        ({"extension": [_parameter("female-typical")]}, "female", []),
        ({"gender": "female", "extension": [_parameter("female-typical")]}, "female", []),
        (
            {"gender": "male", "extension": [_parameter("female-typical")]},
            "female",
            ["sex-parameter-differs"],
        ),
        ({"gender": "male", "extension": [_parameter("specified")]}, "male", []),
        (
            {"extension": [_parameter("male-typical"), _parameter("female-typical")]},
            "unknown",
            ["contradicting-sex"],
        ),
        ({"gender": "female", "extension": "none"}, "female", []),
    ],
)
def test_sex(members: dict, expected: str, problems: list[str]):
    """The sex parameter for clinical use stands before gender, and a difference is noted."""
    noted: list = []
    assert sex(members, noted) == expected
    assert [problem.code for problem in noted] == problems


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"deceasedBoolean": True}, True),
        ({"deceasedDateTime": "2026-04"}, True),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": "true"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_deceased(members: dict | None, expected: bool):
    """A patient is deceased when the data say so (R-SP-05)."""
    assert is_deceased(members) is expected


def test_languages_put_the_preferred_first():
    """The language tags of communication, preferred ones first, each once."""
    spoken = [
        {"language": {"coding": [{"code": "en"}]}},
        {"language": {"coding": [{"code": "es-MX"}]}, "preferred": True},
        {"language": {"text": "Quechua"}},
        {"language": {"coding": [{"code": "en"}]}},
        "fr",
    ]
    assert languages({"communication": spoken}) == ("es-MX", "en")
    assert languages({"communication": {}}) == ()
    assert languages(None) == ()


def test_the_patient_reaches_the_facts():
    """Age, sex, death and languages of the report's patient stand in the Reading."""
    spoken = [{"language": {"coding": [{"code": "es"}]}, "preferred": True}]
    found = reading([*report(), patient(deceasedBoolean=True, communication=spoken)])
    facts = found.facts
    assert (facts.age_years, facts.sex, facts.deceased) == (56, "female", True)
    assert found.sources.patient_languages == ("es",)


def test_without_a_patient_nothing_is_made_up():
    """Age and sex are unknown when no Patient came."""
    facts = reading(report()).facts
    assert (facts.age_years, facts.sex, facts.deceased) == (None, "unknown", False)
