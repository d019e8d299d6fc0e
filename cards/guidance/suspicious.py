"""Section 5.4: the sets of one suspicious morphology, steps a to g."""

from __future__ import annotations

from typing import Final

from cards.guidance.categories import BELOW_4A, FROM_4A, NONE, RANK, set_of
from cards.guidance.conditional import BED_RULE, bed_sets
from cards.guidance.special_sets import SPECIAL
from cards.guidance.table_cells import firing_rule, no_overlap, switch_value
from cards.guidance.table_files import Row, read_rows
from cards.guidance.vocabulary import DISTRIBUTIONS, SUSPICIOUS_MORPHOLOGY
from cards.value_class import value_class


@value_class
class Surroundings:
    """What decides the sets of a suspicious morphology beside its shape (section 5.4)."""

    distribution: str
    change_class: str
    months_stable: int
    near: bool
    treated: bool
    bed: bool
    both_breasts: bool
    from_50_without_history: bool
    with_round: bool


@value_class
class BaseRow:
    """Sets of one morphology by distribution (section 5.2), in force with one switch value."""

    rule: str
    switch: tuple[str, object] | None
    sets: dict[str, tuple[int, int]]


def load_base_table(text: str | None = None) -> dict[str, tuple[BaseRow, ...]]:
    """Read ``base_table.csv``: morphology -> its rows, the default row last; raises BrokenTable."""
    rows: dict[str, list[BaseRow]] = {}
    columns = ("rule", "morphology", "switch", "value", *DISTRIBUTIONS)
    for row in read_rows("base_table.csv", columns, text):
        morphology = row.one_of("morphology", SUSPICIOUS_MORPHOLOGY)
        needs = switch_value(row)
        sets = {name: _sets(row, name) for name in DISTRIBUTIONS if row[name]}
        if needs is None and len(sets) != len(DISTRIBUTIONS):
            raise row.refuse("the default row of a morphology leaves a distribution open")
        if not sets or needs in [known.switch for known in rows.get(morphology, [])]:
            raise row.refuse(f"{morphology} stands twice, or the row is empty")
        rows.setdefault(morphology, []).append(BaseRow(firing_rule(row), needs, sets))
    for morphology in SUSPICIOUS_MORPHOLOGY:
        if None not in [known.switch for known in rows.get(morphology, [])]:
            raise row.refuse(f"{morphology} has no default row")
    return {
        name: tuple(sorted(known, key=lambda entry: entry.switch is None)) for name, known in rows.items()
    }


def _sets(row: Row, column: str) -> tuple[int, int]:
    parts = row[column].split("|")
    if len(parts) != 2 or any(name not in RANK for part in parts for name in part.split()):
        raise row.refuse(f"{column} is {row[column]!r}; it must look like: 4A 4B | 3")
    expected, tolerated = (set_of(tuple(part.split())) for part in parts)
    no_overlap(row, expected, tolerated)
    return expected, tolerated


BASE_TABLE: Final = load_base_table()
BASE_RULE: Final = {morphology: rows[-1].rule for morphology, rows in BASE_TABLE.items()}


@value_class
class Candidate:
    """The sets of one candidate and the rules that made them."""

    expected: int
    tolerated: int
    rules: tuple[str, ...]


def base_sets(morphology: str, distribution: str, switches: dict[str, object]) -> tuple[int, int]:
    """Look up section 5.2 with the switches in force."""
    for row in BASE_TABLE[morphology]:
        if distribution in row.sets and (row.switch is None or switches[row.switch[0]] == row.switch[1]):
            return row.sets[distribution]
    raise KeyError((morphology, distribution))


def suspicious_candidate(morphology: str, around: Surroundings, switches: dict[str, object]) -> Candidate:
    """Steps a to f of section 5.4 and the switches of section 16 that touch them."""
    if around.bed and morphology == "coarse_heterogeneous" and not around.near:
        expected, tolerated = bed_sets(around.change_class, switches)
        return Candidate(expected, tolerated, (BED_RULE,))
    rules = [BASE_RULE[morphology]]
    expected, tolerated = base_sets(morphology, around.distribution, switches)
    if around.bed:
        rules.append("R-CX-04")
    if morphology == "amorphous":
        expected, tolerated = _amorphous(around, expected, tolerated, rules, switches)
    active = around.change_class == "active"
    if active:
        tolerated &= ~BELOW_4A
        if expected & FROM_4A:
            expected &= ~BELOW_4A
    outside_bed_active = around.treated and not around.bed and active
    if around.near or outside_bed_active:
        expected &= ~BELOW_4A
        tolerated &= ~BELOW_4A
        if expected == NONE:
            expected = SPECIAL["nothing_left_near_cancer"][0]
        if around.near:
            rules.append("R-CX-01")
        if outside_bed_active:
            rules.append("R-CX-05")
    if _stable_long_enough(morphology, around, switches["suspicious_stable_policy"]):
        tolerated |= SPECIAL["suspicious_stable_long"][1]
    return Candidate(expected, tolerated & ~expected, tuple(rules))


def _amorphous(
    around: Surroundings, expected: int, tolerated: int, rules: list[str], switches: dict[str, object]
) -> tuple[int, int]:
    """Steps c and d."""
    if (
        around.distribution == "diffuse"
        and around.both_breasts
        and around.change_class != "active"
        and switches["diffuse_amorphous_policy"] == "by_age"
    ):
        if around.from_50_without_history:
            expected, tolerated = SPECIAL["diffuse_both_breasts_from_50"]
        else:
            tolerated |= SPECIAL["diffuse_both_breasts"][1]
    if around.with_round and around.distribution not in ("linear", "segmental"):
        tolerated |= SPECIAL["amorphous_with_round"][1]
        rules.append("R-MO-10")
    return expected, tolerated


def _stable_long_enough(morphology: str, around: Surroundings, policy: object) -> bool:
    """Switch ``suspicious_stable_policy`` = N, a whole number of months."""
    if not isinstance(policy, int) or morphology not in ("amorphous", "coarse_heterogeneous"):
        return False
    if around.near or around.treated or around.bed or around.distribution in ("linear", "segmental"):
        return False
    return around.months_stable >= policy
