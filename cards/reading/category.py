"""One BI-RADS category from one coded value, and the order of categories.

Codes decide. Words only raise doubt: a display or text that names another category makes a
conflict, and the higher category stands; a plain 4 takes the letter that its text names.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from cards.problem import Problem
from cards.reading.category_words import named_categories, names_no_other
from cards.reading.codings import Coded, codings_of
from cards.reading.data_file import data_rows
from cards.terminology import Terminology
from cards.value_class import value_class

# "Which category drives the report" (decision model 4): 0 and 6 stand between 3 and 4A.
_DRIVING_ORDER: Final[tuple[str, ...]] = (
    "MP",
    "1",
    "2",
    "3",
    "6",
    "0",
    "0P",
    "0A",
    "4A",
    "4",
    "4B",
    "4C",
    "5",
)
_RANK: Final = {category: rank for rank, category in enumerate(_DRIVING_ORDER)}
_IMAGING: Final = frozenset(("additional_imaging", "magnification_views", "ultrasound"))


@value_class
class Category:
    """A category as coded; ``conflict`` when code and words, or two codings, disagree."""

    value: str | None
    conflict: bool = False


NO_CATEGORY: Final = Category(None)


def driving_rank(category: str | None) -> int:
    """Place of a category in the driving order; -1 for none."""
    return -1 if category is None else _RANK[category]


def higher(one: str | None, other: str | None) -> str | None:
    """The category that drives; None only when neither is given."""
    return one if driving_rank(one) >= driving_rank(other) else other


def agreed(one: str | None, other: str | None) -> Category:
    """Two statements about the same thing in one: equal, one refines the other, or a conflict.

    4 with 4A is 4A; 0 with 0A is 0A. In a conflict the higher category stands.
    """
    if one is None or other is None or one == other:
        return Category(other if one is None else one)
    if one[0] == other[0] and one[0] in "04":
        if one in ("0", "4"):
            return Category(other)
        if other in ("0", "4"):
            return Category(one)
        if one[0] == "0":
            return Category("0A")
    return Category(higher(one, other), True)


@cache
def _means_more_imaging() -> frozenset[tuple[str, str]]:
    rows = data_rows("category_zero.csv", ("system", "code", "source"), key=2)
    return frozenset((row["system"], row["code"]) for row in rows)


def settle_zero(category: str | None, recommendation: tuple[str, ...] | None) -> str | None:
    """Which kind of incomplete a category 0 is (decision model 2.4).

    0A when imaging is recommended, 0P when nothing but prior comparison is, else what the code
    itself says: 0A for the codes of category_zero.csv, else 0.
    """
    if category not in ("0", "0A"):
        return category
    advised = frozenset(recommendation or ())
    if advised & _IMAGING:
        return "0A"
    return "0P" if advised == {"prior_comparison"} else category


def _words(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        text = value.get("text")
        if isinstance(text, str):
            yield text
    for coding in codings_of(value):
        display = coding.get("display")
        if isinstance(display, str):
            yield display


def _coded_category(value: object, coded: Coded, terminology: Terminology) -> Category:
    """The category of the codings alone."""
    found = NO_CATEGORY
    for concept in coded.of("assessment"):
        category = terminology.value("assessment", concept)
        if category == "0" and _says_more_imaging(value, terminology):
            category = "0A"
        merged = agreed(found.value, category)
        found = Category(merged.value, found.conflict or merged.conflict)
    return found


def _says_more_imaging(value: object, terminology: Terminology) -> bool:
    return any(
        isinstance(system := coding.get("system"), str)
        and (terminology.canonical_system(system), coding.get("code")) in _means_more_imaging()
        for coding in codings_of(value)
    )


def _fits(category: str, named: str) -> bool:
    return category == named or (category[0] == named[0] and (category[0] == "0" or "4" in (category, named)))


_PLAIN: Final = {category: Category(category) for category in _DRIVING_ORDER}


def _plain_category(value: object, coded: Coded) -> Category | None:
    """The category of one coding whose display, if any, names just that; None for every other value.

    Nearly all values are like this; the answer is the one that the full comparison would give.
    """
    if len(coded.concepts) != 1 or not isinstance(value, dict) or "text" in value:
        return None
    only = coded.concepts[0]
    codings = value.get("coding")
    if (
        only.domain != "assessment"
        or only.concept == "birads_0"
        or not isinstance(codings, list)
        or len(codings) != 1
    ):
        return None
    category = only.value
    display = codings[0].get("display")
    if category is None or (isinstance(display, str) and not names_no_other(category, display)):
        return None
    return _PLAIN[category]


def read_category(
    value: object, coded: Coded, terminology: Terminology, location: str, problems: list[Problem]
) -> Category:
    """The category of a CodeableConcept or Coding, compared with its own display and text.

    ``coded`` is what the codings mean. None without a coding of a category.
    """
    plain = _plain_category(value, coded)
    if plain is not None:
        return plain
    found = _coded_category(value, coded, terminology)
    category = found.value
    if found.conflict:
        text = "The codings of one value name different BI-RADS categories; the higher one counts."
        problems.append(Problem(location, "assessment-conflict", text))
    named = frozenset[str]().union(*map(named_categories, _words(value)))
    if category is None:
        return Category(None, _known_trap(value, named, terminology, location, problems))
    if not named or category == "MP":
        return found
    if not any(_fits(category, name) for name in named):
        text = f"The code means category {category}, its words {', '.join(sorted(named))}; the higher counts."
        problems.append(Problem(location, "display-contradicts-code", text))
        return Category(max((category, *named), key=driving_rank), True)
    letters = {name for name in named if name in ("4A", "4B", "4C")}
    if category == "4" and len(letters) == 1:
        letter = letters.pop()
        text = f"The code means category 4; the subcategory {letter} stands only in its words."
        problems.append(Problem(location, "subcategory-in-text", text))
        return Category(letter, found.conflict)
    return found


def _known_trap(
    value: object, named: frozenset[str], terminology: Terminology, location: str, problems: list[Problem]
) -> bool:
    """Whether a code without a category is one that senders are known to show as one (hazards.csv)."""
    if not named:
        return False
    for coding in codings_of(value):
        system, code = coding.get("system"), coding.get("code")
        if not isinstance(system, str) or not isinstance(code, str):
            continue
        for hazard in terminology.hazards(system, code):
            if hazard.kind == "conflict" and named & named_categories(hazard.meaning):
                text = "The words name a BI-RADS category that the code does not have; neither is used."
                problems.append(Problem(location, "display-contradicts-code", text))
                return True
    return False
