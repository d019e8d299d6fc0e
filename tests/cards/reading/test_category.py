"""One category from one coded value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.reading.category import Category, agreed, driving_rank, higher, read_category, settle_zero
from cards.reading.codings import coded
from cards.terminology import shipped
from tests.cards.reading.report_builder import CATEGORY, RDE, SCT, category, cc

CATEGORIES = ["MP", "1", "2", "3", "6", "0", "0P", "0A", "4A", "4", "4B", "4C", "5"]


def _read(value: dict) -> tuple[Category, list[str]]:
    problems: list = []
    found = read_category(value, coded(shipped(), value), shipped(), "here", problems)
    return found, [problem.code for problem in problems]


@pytest.mark.parametrize("name", [name for name in CATEGORY if name != "0"])
def test_plain_codes(name: str):
    """A code without words means its category and raises no problem."""
    assert _read(category(name)) == (Category(name), [])


@pytest.mark.parametrize(
    ("value", "expected", "problems"),
    [
        # The two lists that shift the numbering by one.
        (cc(SCT, "397143007", "Category 4 - suspicious"), Category("4", True), ["display-contradicts-code"]),
        (cc(SCT, "397144001", "BI-RADS 5"), Category("5", True), ["display-contradicts-code"]),
        (cc(SCT, "397140005", "BI-RADS 2 (benigne)"), Category("2", True), ["display-contradicts-code"]),
        # The higher one stands, also when it is the code.
        (cc(SCT, "397145000", "BI-RADS 2"), Category("5", True), ["display-contradicts-code"]),
        (cc(SCT, "397143007", text="Categoría IV"), Category("4", True), ["display-contradicts-code"]),
        # The same codes with words of their own or none.
        (cc(SCT, "397143007", "Mammography assessment (Category 3)"), Category("3"), []),
        (cc(SCT, "397144001", "Suspicious abnormality"), Category("4"), []),
        (cc(SCT, "6131000179108", "4B - Intermediate suspicion"), Category("4B"), []),
        (cc(SCT, "6121000179106", "BI-RADS 4"), Category("4A"), []),
        (cc(SCT, "6121000179106", "BI-RADS 4B"), Category("4B", True), ["display-contradicts-code"]),
        # A subcategory that stands in the words only.
        (cc(SCT, "397144001", text="BI-RADS 4a"), Category("4A"), ["subcategory-in-text"]),
        (cc(SCT, "397144001", "Category 4C"), Category("4C"), ["subcategory-in-text"]),
        (cc(SCT, "397144001", text="BI-RADS 4a/4c"), Category("4"), []),
        (cc(SCT, "397144001", text="suspicious, group a"), Category("4"), []),
        # Codes that no list gives a category.
        (
            cc(SCT, "397142002", "Mammography assessment category 3"),
            Category(None, True),
            ["display-contradicts-code"],
        ),
        (cc(SCT, "397139008", "BI-RADS 1"), Category(None, True), ["display-contradicts-code"]),
        (cc(SCT, "397142002"), Category(None), []),
        (cc(SCT, "397142002", "something else"), Category(None), []),
        (cc("http://local", "B4", "BI-RADS 4"), Category(None), []),
        ({"text": "BI-RADS 5"}, Category(None), []),
        ({}, Category(None), []),
        # Which kind of incomplete a code means.
        (cc(SCT, "397138000"), Category("0A"), []),
        (cc("SRT", "F-037BB"), Category("0A"), []),
        (
            cc(RDE, "RDE1586_category0IncompleteNeedAdditionalImaging", "category0needadditionalimaging"),
            Category("0A"),
            [],
        ),
        (cc("BI", "II.AC.a"), Category("0A"), []),
        (cc("https://tx.hl7.lt/fhir/CodeSystem/breast-questionnaire-options", "birads-0"), Category("0"), []),
    ],
)
def test_codes_and_words(value: dict, expected: Category, problems: list[str]):
    """Codes decide, words raise doubt, and the higher category stands in a conflict."""
    assert _read(value) == (expected, problems)


def test_two_codings_that_disagree():
    """Two categories in one value are a conflict; the same one twice, or 4 with 4A, is not."""
    both = {"coding": [category("3")["coding"][0], category("4B")["coding"][0]]}
    assert _read(both) == (Category("4B", True), ["assessment-conflict"])
    refined = {"coding": [category("4")["coding"][0], category("4A")["coding"][0]]}
    assert _read(refined) == (Category("4A"), [])
    same = {
        "coding": [
            category("3")["coding"][0],
            {"system": "SRT", "code": "F-037BF", "display": "3 - Probably Benign"},
        ]
    }
    assert _read(same) == (Category("3"), [])


def test_words_of_a_local_translation_count():
    """A local coding beside the standard one may name the subcategory or contradict it."""
    local = {"system": "http://local", "code": "x", "display": "BI-RADS 4B"}
    assert _read({"coding": [category("4")["coding"][0], local]})[0] == Category("4B")
    assert _read({"coding": [category("2")["coding"][0], local]})[0] == Category("4B", True)


@pytest.mark.parametrize(
    ("category_value", "recommendation", "expected"),
    [
        ("0", None, "0"),
        ("0", (), "0"),
        ("0", ("ultrasound",), "0A"),
        ("0", ("magnification_views", "prior_comparison"), "0A"),
        ("0", ("prior_comparison",), "0P"),
        ("0", ("prior_comparison", "clinical_management"), "0"),
        ("0A", None, "0A"),
        ("0A", ("prior_comparison",), "0P"),
        ("0A", ("prior_comparison", "additional_imaging"), "0A"),
        ("4", ("prior_comparison",), "4"),
        (None, ("ultrasound",), None),
    ],
)
def test_settle_zero(
    category_value: str | None, recommendation: tuple[str, ...] | None, expected: str | None
):
    """Imaging makes 0A, nothing but prior comparison 0P, else the code's own meaning stands."""
    assert settle_zero(category_value, recommendation) == expected


def test_driving_order():
    """0 and 6 stand between 3 and 4A, a plain 4 between 4A and 4B (decision model 4)."""
    assert sorted(CATEGORIES, key=driving_rank) == CATEGORIES
    assert driving_rank(None) == -1


@settings(max_examples=2000)
@given(st.sampled_from([*CATEGORIES, None]), st.sampled_from([*CATEGORIES, None]))
def test_agreed_is_symmetric_and_never_lower(one: str | None, other: str | None):
    """The order of two statements does not matter, and the result never drives less than a plain reading."""
    assert agreed(one, other) == agreed(other, one)
    together = agreed(one, other)
    if together.conflict:
        assert together.value == higher(one, other)
    elif one is not None and other is not None:
        assert together.value in (one, other)
        assert one[0] == other[0]
