"""BI-RADS categories: the two orders of section 4, and sets of categories.

A set of the categories 1 to 5 is a whole number with one bit a category, so that the set
arithmetic of section 5 is plain integer arithmetic and costs nothing.
"""

from __future__ import annotations

from typing import Final

CATEGORIES: Final = ("1", "2", "3", "4A", "4B", "4C", "5")
RANK: Final = {category: rank for rank, category in enumerate(CATEGORIES)}
BIT: Final = {category: 1 << rank for category, rank in RANK.items()}

NONE: Final = 0
ONE: Final = BIT["1"]
TWO: Final = BIT["2"]
THREE: Final = BIT["3"]
FOUR_A: Final = BIT["4A"]
BELOW_4A: Final = ONE | TWO | THREE
BELOW_4B: Final = BELOW_4A | FOUR_A
ALL: Final = 0b1111111
FROM_4A: Final = ALL & ~BELOW_4A

NAMES: Final[tuple[tuple[str, ...], ...]] = tuple(
    tuple(category for category in CATEGORIES if members & BIT[category]) for members in range(128)
)
# The rank of the lowest and of the highest member; the empty set has neither and answers -1.
LOWEST: Final = tuple(min((RANK[name] for name in names), default=-1) for names in NAMES)
HIGHEST: Final = tuple(max((RANK[name] for name in names), default=-1) for names in NAMES)

RANK_2: Final = RANK["2"]
RANK_3: Final = RANK["3"]
RANK_4A: Final = RANK["4A"]
RANK_4C: Final = RANK["4C"]

SUSPICIOUS: Final = frozenset({"4", "4A", "4B", "4C", "5"})
INCOMPLETE: Final = frozenset({"0", "0A", "0P"})
ASSESSMENTS: Final = ("0", "0A", "0P", "1", "2", "3", "4", "4A", "4B", "4C", "5", "6", "MP")

# "Which category drives the report" (section 4).
DRIVING_ORDER: Final = (
    "verify_pathology",
    *("1", "2", "3", "6", "0", "0P", "0A"),
    *("4A", "4", "4B", "4C", "5"),
)
DRIVING_RANK: Final = {category: rank for rank, category in enumerate(DRIVING_ORDER)}


def set_of(names: tuple[str, ...]) -> int:
    """Return the set that holds the named categories."""
    members = NONE
    for name in names:
        members |= BIT[name]
    return members


def highest_driving(categories: tuple[str | None, ...]) -> str | None:
    """Return the highest category in the driving order; None when there is none."""
    best: str | None = None
    for category in categories:
        if category is not None and (best is None or DRIVING_RANK[category] > DRIVING_RANK[best]):
            best = category
    return best


def drives_above(category: str, other: str) -> bool:
    """Tell whether ``category`` drives above ``other``; 0, 0A and 0P are not compared with each other."""
    if category in INCOMPLETE and other in INCOMPLETE:
        return False
    return DRIVING_RANK[category] > DRIVING_RANK[other]


def nearest_rank(assessment: str, lowest: int, highest: int) -> int:
    """Return the rank of an assessment from 1 to 5 against a range of ranks.

    A bare 4 covers 4A to 4C: the member of that range nearest to the set is used.
    """
    if assessment == "4":
        return max(RANK_4A, min(RANK_4C, max(lowest, min(highest, RANK_4C))))
    return RANK[assessment]
