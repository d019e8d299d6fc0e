"""Lookup by system and code: spellings of a system, letters of a code, check digits."""

from __future__ import annotations

import pytest

from cards.terminology import Concept, shipped
from cards.terminology.check_digits import check_digit_is_wrong, loinc_is_valid, snomed_is_valid
from cards.terminology.crosswalk import is_question


@pytest.mark.parametrize(
    "system",
    [
        "http://snomed.info/sct",
        "http://snomed.info/sct|20250901",
        "http://snomed.info/sct/731000124108/version/20250901",
        "https://snomed.info/sct/",
        "HTTP://SNOMED.INFO/sct",
        "urn:oid:2.16.840.1.113883.6.96",
        "SCT",
    ],
)
def test_snomed_ct_is_known_by_all_its_names(system: str) -> None:
    """Versions, OID, designator, scheme and case name the same system."""
    assert [concept.concept for concept in shipped().lookup(system, "129760005")] == ["amorphous"]


@pytest.mark.parametrize(
    ("system", "code", "concept"),
    [
        ("LOINC PLAYBOOK", "26175-0", "mg_screening"),
        ("urn:oid:2.16.840.1.113883.6.1", "26175-0", "mg_screening"),
        ("https://loinc.org", "26175-0", "mg_screening"),
        ("DCM", "111344", "fine_pleomorphic"),
        ("urn:oid:1.2.840.10008.2.16.4", "111344", "fine_pleomorphic"),
        ("SNM3", "F-0176C", "amorphous"),
        ("BI", "MA.II.A.5.4A", "birads_4a"),
        ("http://www.radlex.org", "RID28473", "absent"),
        ("http://hl7.org/fhir/us/breast-radiology/codesystem/radlexcde", "RDE1565_round", "round"),
        ("I10", "R92.0", "microcalcification"),
        ("https://www.snomed.info/sct/", "129760005", "amorphous"),
    ],
)
def test_other_systems_are_known_by_their_names(system: str, code: str, concept: str) -> None:
    """Designators, OIDs and variants of systems.csv find the same rows."""
    assert [one.concept for one in shipped().lookup(system, code)] == [concept]


@pytest.mark.parametrize("code", ["rde1565_round", "RDE1565_Round", " RDE1565_round", "RDE1565_round "])
def test_a_code_is_matched_letter_by_letter(code: str) -> None:
    """Another case or a blank makes another code."""
    system = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/RadLexCDE"
    assert shipped().lookup(system, code) == ()


def test_unverified_questions_are_known_as_such() -> None:
    """A question code that nobody verified is read, and says that it is unverified."""
    assert shipped().lookup("http://loinc.org", "72018-2") == (
        Concept("observation_codes", "q_assessment", False),
    )


@pytest.mark.parametrize("code", ["129760005", "6111000179101", "80248007", "7771000"])
def test_right_snomed_check_digits_pass(code: str) -> None:
    """Identifiers of both lengths in use have a right Verhoeff digit."""
    assert snomed_is_valid(code)


@pytest.mark.parametrize(
    "code", ["428169002", "241736003", "397140006", "39714307", "12345", "", "١٢٩٧٦٠٠٠٥"]
)
def test_wrong_snomed_check_digits_are_seen(code: str) -> None:
    """The invalid codes that circulate are told from real ones."""
    assert not snomed_is_valid(code)


@pytest.mark.parametrize(
    ("code", "valid"), [("24606-6", True), ("72018-2", False), ("LP7839-6", True), ("x", False)]
)
def test_loinc_check_digits(code: str, valid: bool) -> None:
    """Mod 10 holds for terms; parts are numbered otherwise."""
    assert loinc_is_valid(code) == valid


def test_every_single_digit_slip_is_seen() -> None:
    """Verhoeff finds each wrong digit of a code."""
    code = "129760005"
    slips = [
        code[:place] + digit + code[place + 1 :]
        for place in range(len(code))
        for digit in "0123456789"
        if digit != code[place]
    ]
    assert [slip for slip in slips if snomed_is_valid(slip)] == []


def test_systems_without_check_digits_pass() -> None:
    """Nothing is held against a code of a list that has no check digits."""
    assert not check_digit_is_wrong("http://example.org/local", "abc")


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("10602", False),
        ("106004", True),
        ("123456789012345679", True),
        ("1234567890123456781", False),
    ],
)
def test_a_snomed_identifier_has_6_to_18_digits(code: str, valid: bool) -> None:
    """The check digit of all four is right; the shortest and the longest that may exist pass."""
    assert snomed_is_valid(code) == valid


@pytest.mark.parametrize("code", ["LP7839-6", "LA6668-3", "LA15173-0"])
def test_loinc_parts_and_answers_pass(code: str) -> None:
    """They are numbered by another scheme, and a small letter makes another code."""
    assert loinc_is_valid(code)
    assert not loinc_is_valid(code.lower())


@pytest.mark.parametrize("code", ["x-6", "24606", "24606-", "24606-66", "-6", "24606-x", "1-24606-6"])
def test_what_has_no_form_of_a_loinc_code_is_wrong(code: str) -> None:
    """A number, a dash and one digit; nothing else, and nothing raises."""
    assert not loinc_is_valid(code)


@pytest.mark.parametrize(
    ("domain", "concept", "question"),
    [
        ("observation_codes", "section_findings", True),
        ("report_types", "q_overall", True),
        ("morphology", "amorphous", False),
    ],
)
def test_questions_are_told_from_values(domain: str, concept: str, question: bool) -> None:
    """All of the table of Observation codes, and concepts of other tables that begin with q_."""
    assert is_question(domain, concept) == question
