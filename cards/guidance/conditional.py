"""Section 5.5: the sets of round and punctate calcifications; R-CX-03 for the lumpectomy bed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Final, NamedTuple

from cards.guidance.categories import THREE, TWO
from cards.guidance.special_sets import SPECIAL
from cards.guidance.switches import SWITCHES
from cards.guidance.table_cells import category_set, firing_rule, no_overlap, switch_value, yes
from cards.guidance.table_files import BrokenTable, Row, read_rows
from cards.guidance.vocabulary import CHANGE_CLASSES, DISTRIBUTIONS
from cards.value_class import value_class

BED_RULE: Final = "R-CX-03"


@value_class
class Situation:
    """What decides the row: all of it outputs of section 5.3 and 5.4."""

    near: bool
    bed: bool
    treated: bool
    distribution: str
    change_class: str
    bilateral_similar: bool


@value_class
class ConditionalRow:
    """One row of section 5.5."""

    rules: tuple[str, ...]
    expected: int
    tolerated: int
    may_be_three: bool


class _Pattern(NamedTuple):
    row: ConditionalRow
    needs: Mapping[str, object]
    distributions: tuple[str, ...]
    switch: tuple[str, object] | None


_COLUMNS = (
    *("rule", "also", "near", "bed", "treated", "distribution", "change", "symmetry"),
    *("switch", "value", "expected", "tolerated", "three"),
)


def _pattern(row: Row) -> _Pattern:
    expected, tolerated = category_set(row, "expected"), category_set(row, "tolerated")
    no_overlap(row, expected, tolerated)
    rules = (firing_rule(row), *([firing_rule(row, "also")] if row["also"] else []))
    needs: dict[str, object] = {name: True for name in ("near", "bed", "treated") if yes(row, name)}
    if row["change"]:
        needs["change_class"] = row.one_of("change", CHANGE_CLASSES)
    if row["symmetry"]:
        needs[row.one_of("symmetry", ("bilateral_similar",))] = True
    distributions = row.some_of("distribution", DISTRIBUTIONS) or DISTRIBUTIONS
    return _Pattern(
        ConditionalRow(rules, expected, tolerated, yes(row, "three")), needs, distributions, switch_value(row)
    )


Table = dict[tuple[bool, bool, bool, str, str, bool, object], ConditionalRow]


def load_conditional_rows(text: str | None = None) -> Table:
    """Read ``conditional_rows.csv`` and work out the first matching row of every situation.

    The key is what a situation holds and the value of the switch ``post_bct_new_calc_policy``. Raises
    BrokenTable, also for a situation that no row matches and for a row that never matches.
    """
    rows = read_rows("conditional_rows.csv", _COLUMNS, text)
    patterns = [_pattern(row) for row in rows]
    used: set[int] = set()
    table: Table = {}
    flags = (False, True)
    for values in product(flags, flags, flags, DISTRIBUTIONS, CHANGE_CLASSES, flags):
        situation = Situation(*values)
        for policy in SWITCHES["post_bct_new_calc_policy"].allowed:
            place = _first_match(patterns, situation, policy)
            if place is None:
                raise BrokenTable("conditional_rows.csv", rows[-1].line, f"no row matches {situation}")
            used.add(place)
            table[*values, policy] = patterns[place].row
    for place, row in enumerate(rows):
        if place not in used:
            raise row.refuse(f"an earlier row always matches before {row['rule']}")
    return table


def _first_match(patterns: list[_Pattern], situation: Situation, policy: object) -> int | None:
    for place, pattern in enumerate(patterns):
        if pattern.switch is not None and pattern.switch != ("post_bct_new_calc_policy", policy):
            continue
        if situation.distribution in pattern.distributions and all(
            getattr(situation, name) == value for name, value in pattern.needs.items()
        ):
            return place
    return None


CONDITIONAL_ROWS: Final = load_conditional_rows()


def conditional_row(situation: Situation, switches: dict[str, object]) -> ConditionalRow:
    """Return the row of section 5.5 for a situation, with the switches in force."""
    return CONDITIONAL_ROWS[
        situation.near,
        situation.bed,
        situation.treated,
        situation.distribution,
        situation.change_class,
        situation.bilateral_similar,
        switches["post_bct_new_calc_policy"],
    ]


def bed_sets(change: str, switches: dict[str, object]) -> tuple[int, int]:
    """Return R-CX-03 for the lumpectomy bed by the class of the change (section 5.4 a)."""
    row = conditional_row(Situation(False, True, False, "not_stated", change, False), switches)
    return row.expected, row.tolerated


def conditional_candidate(
    situation: Situation, switches: dict[str, object], *, male: bool, high_risk: bool, unilateral: bool
) -> tuple[int, int, tuple[str, ...]]:
    """Return expected, tolerated and the rules of the conditional class (round, punctate).

    After the row: a group that is exactly category 3 is widened for men (R-CX-08) or for high
    risk (R-CX-12); one breast only widens what would be category 2 (R-CX-11).
    """
    row = conditional_row(situation, switches)
    expected, tolerated, rules = row.expected, row.tolerated, row.rules
    if row.may_be_three and expected == THREE:
        policy = switches["male_category3_policy"]
        if male and policy != "same_as_female":
            step = "male_group_biopsy" if policy == "biopsy_always" else "male_group"
            expected, tolerated = SPECIAL[step]
            rules = (*rules, "R-CX-08")
        elif high_risk:
            tolerated |= SPECIAL["high_risk_group"][1]
            rules = (*rules, "R-CX-12")
    if (
        unilateral
        and situation.distribution in ("diffuse", "regional")
        and expected & TWO
        and switches["unilateral_flag"] == "info"
    ):
        expected |= SPECIAL["one_breast_only"][0]
        rules = (*rules, "R-CX-11")
    return expected, tolerated & ~expected, rules
