"""Sets and words that stand in single sentences of sections 5.3 to 5.6."""

from __future__ import annotations

from typing import Final

from cards.guidance.normalise import MORPHOLOGY
from cards.guidance.table_cells import category_set, firing_rule
from cards.guidance.table_files import BrokenTable, read_rows
from cards.guidance.vocabulary import ASSOCIATED_FEATURES

_STEPS = (
    "resolved",
    "implant_capsule",
    "typically_benign",
    "typically_benign_unclear",
    "diffuse_both_breasts_from_50",
    "diffuse_both_breasts",
    "amorphous_with_round",
    "suspicious_stable_long",
    "nothing_left_near_cancer",
    "nothing_left_suspicious",
    "nothing_left_conditional",
    "male_group",
    "male_group_biopsy",
    "high_risk_group",
    "one_breast_only",
)


# Steps that add to the tolerated set, and steps that replace or widen the expected set: the other
# half of their row is read by nobody and must stay empty.
_TOLERATED_ONLY = frozenset(
    {"diffuse_both_breasts", "amorphous_with_round", "suspicious_stable_long", "high_risk_group"}
)
_EXPECTED_ONLY = frozenset(
    {"nothing_left_near_cancer", "nothing_left_suspicious", "nothing_left_conditional", "one_breast_only"}
)


def load_special_sets(text: str | None = None) -> dict[str, tuple[int, int]]:
    """Read ``special_sets.csv``: step -> (expected, tolerated); raises BrokenTable."""
    sets: dict[str, tuple[int, int]] = {}
    rows = read_rows("special_sets.csv", ("step", "rule", "expected", "tolerated"), text)
    for row in rows:
        step = row.one_of("step", _STEPS)
        if step in sets:
            raise row.refuse(f"{step} stands twice")
        firing_rule(row)
        expected, tolerated = category_set(row, "expected"), category_set(row, "tolerated")
        if expected & tolerated or not expected | tolerated:
            raise row.refuse("the sets overlap or are both empty")
        if (step in _TOLERATED_ONLY and expected) or (step in _EXPECTED_ONLY and tolerated):
            raise row.refuse(f"{step} fills a set that the step does not read")
        sets[step] = (expected, tolerated)
    missing = [step for step in _STEPS if step not in sets]
    if missing:
        raise BrokenTable("special_sets.csv", rows[-1].line, f"{missing[0]} is missing")
    return sets


SPECIAL: Final = load_special_sets()


_WORDS = {
    "telling_feature": ASSOCIATED_FEATURES,
    "still_forming": tuple(spelling for spelling, term in MORPHOLOGY.items() if term.term == spelling),
}


def load_marked_words(text: str | None = None) -> dict[str, frozenset[str]]:
    """Read ``marked_words.csv``: use -> words; raises BrokenTable."""
    words: dict[str, set[str]] = {use: set() for use in _WORDS}
    for row in read_rows("marked_words.csv", ("use", "word"), text):
        use = row.one_of("use", _WORDS)
        word = row.one_of("word", _WORDS[use])
        if word in words[use]:
            raise row.refuse(f"{use} {word} stands twice")
        words[use].add(word)
    return {use: frozenset(marked) for use, marked in words.items()}


MARKED: Final = load_marked_words()
