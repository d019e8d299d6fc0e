"""The categories that words name."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.reading.category_words import named_categories, names_no_other
from cards.terminology import shipped


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("BI-RADS 4A", {"4A"}),
        ("BIRADS: 4", {"4"}),
        ("BI-RADS® 2", {"2"}),
        ("category 4 - suspicious", {"4"}),
        ("Categoría 3", {"3"}),
        ("BI-RADS categoría 4C", {"4C"}),
        ("Kategorie 5", {"5"}),
        ("catégorie 2", {"2"}),
        ("kategorija 3", {"3"}),
        ("ACR 3", {"3"}),
        ("ACR III", {"3"}),
        ("BI-RADS IVa", {"4A"}),
        ("BI RADS II", {"2"}),
        ("4B - Intermediate suspicion", {"4B"}),
        ("4a", {"4A"}),
        ("IV", {"4"}),
        ("BI-RADS 4 (b)", {"4B"}),
        ("BI-RADS 4b/4c", {"4B", "4C"}),
        ("BI-RADS 4a/b", {"4A", "4B"}),
        ("BI-RADS 2/3", {"2", "3"}),
        ("BIRAD4ALowSuspicion", {"4A"}),
        ("BIRAD2Benign", {"2"}),
        ("category0needadditionalimaging", {"0"}),
        ("category 4 a group of specks", {"4"}),
        ("category 3, next view in 6 months", {"3"}),
        ("previously BI-RADS 4, now BI-RADS 2", {"4", "2"}),
        ("BI-RADS 5. Auflage, Kategorie 2", {"2"}),
    ],
)
def test_category_named(text: str, named: set[str]):
    """Numbers and Roman numerals after the word for category, and numbers that open the text, are read."""
    assert named_categories(text) == named


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Suspicious abnormality",
        "Intermediate suspicion",
        "Probably benign, short interval follow-up (1-11 months)",
        "6-month follow-up",
        "BI-RADS 5th edition",
        "BI-RADS 4.0",
        "BI-RADS assessment (0-6)",
        "BI-RADS 0-6",
        "ACR b",
        "ACR density 3",
        "Breast density ACR 3",
        "3 mm group of calcifications",
        "category 3D mammography",
        "see 2 images",
        "Is this left?",
    ],
)
def test_no_category_named(text: str):
    """A text that names no category by number names none, whatever it suggests."""
    assert named_categories(text) == frozenset()


def test_shipped_displays_name_their_own_category():
    """No display of the shipped assessment table contradicts its code."""
    rows = [row for row in shipped().rows if row.domain == "assessment" and row.concept.startswith("birads_")]
    assert len(rows) > 60
    for row in rows:
        assert named_categories(row.display) == {row.concept.removeprefix("birads_").upper()}, row.display


@settings(max_examples=2000)
@given(st.text(st.characters() | st.sampled_from("BIRADS-categoryIV0123456789/() abc")))
def test_only_categories_come_out(text: str):
    """Whatever the text, the answer is a set of categories."""
    assert named_categories(text) <= {"0", "1", "2", "3", "4", "4A", "4B", "4C", "5", "6"}


@pytest.mark.parametrize("category", ["1", "2", "3", "4", "4A", "4B", "4C", "5", "6", "MP"])
def test_the_short_way_says_what_the_long_one_says(category: str):
    """Words that only announce a category are passed over: the long comparison names no other there."""
    words = ["", "ACR", "Assessment", "BI-RADS", "birads", "Categoria", "Categoría", "category", "Catégorie"]
    for text in (" ".join(parts) for parts in product(words, [*words, "Kategorie"], words, [category])):
        assert names_no_other(category, text), text
        assert named_categories(text) <= {category}, text


def test_words_that_name_another_category_are_told():
    """A further number, a Roman numeral or another letter is another category."""
    assert [
        names_no_other("4", text)
        for text in ("Category 4", "Category 3 4", "BI-RADS V category 4", "Category 4A", "Suspicious", "IV")
    ] == [True, False, False, False, True, True]
