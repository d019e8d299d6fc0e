"""Section 4: the orders of categories and the rules that decide between findings and intervals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cards.facts import Finding
from cards.guidance.breasts import side_of
from cards.guidance.categories import NAMES, drives_above, highest_driving, nearest_rank, set_of
from cards.guidance.follow_up import shortest, soonest
from cards.guidance.normalise import normalise
from cards.guidance.winner import winner

RIM = Finding(morphology=("rim",))


def sets(*named: tuple[str, str]) -> list[tuple[int, int]]:
    """Write sets as text: ("4A 4B", "3")."""
    return [(set_of(tuple(one.split())), set_of(tuple(other.split()))) for one, other in named]


@pytest.mark.parametrize(
    ("entries", "expected", "tolerated", "tied"),
    [
        ([("2", "3")], ("2",), ("3",), (0,)),
        ([("2", "3"), ("3", "4A")], ("3",), ("4A",), (1,)),
        ([("4A", "4B"), ("4A 4B", "4C")], ("4A", "4B"), ("4C",), (1,)),
        ([("4A 4B", "3"), ("4A 4B", "2 3")], ("4A", "4B"), ("3",), (0, 1)),
        ([("3", "4A"), ("2 3", "4A")], ("3",), ("4A",), (0,)),
        ([("4A 4B", "2 3"), ("3", "4A")], ("4A", "4B"), ("3",), (0,)),
        ([("4A 4B", "2 3"), ("3", "2")], ("4A", "4B"), ("2", "3"), (0,)),
    ],
)
def test_the_most_suspicious_finding_drives(
    entries: list[tuple[str, str]],
    expected: tuple[str, ...],
    tolerated: tuple[str, ...],
    tied: tuple[int, ...],
):
    """P-2: higher lowest category, then higher top; tolerated only what all tied ones accept."""
    found = winner(sets(*entries))
    assert (NAMES[found[0]], NAMES[found[1]], found[2]) == (expected, tolerated, tied)


@pytest.mark.parametrize(
    ("sides", "side"),
    [
        (("left",), "left"),
        (("right", "right"), "right"),
        (("left", "right"), "bilateral"),
        (("bilateral",), "bilateral"),
        (("missing",), "missing"),
        (("left", "missing"), "missing"),
        (("left", "right", "missing"), "bilateral"),
    ],
)
def test_a_group_lies_on_the_side_of_all_its_findings(sides: tuple[str, ...], side: str):
    """Bilateral when on both; missing when a side is missing and it cannot be told."""
    findings = [normalise(replace(RIM, laterality=one), True, "none", 0, 0) for one in sides]
    assert side_of("whole", findings) == side
    assert side_of("right", findings) == "right"


def test_a_bare_4_is_the_member_nearest_to_the_set():
    """4 covers 4A to 4C."""
    assert [nearest_rank("4", low, high) for low, high in ((1, 1), (2, 3), (3, 4), (5, 6), (6, 6))] == [
        3,
        3,
        4,
        5,
        5,
    ]
    assert nearest_rank("5", 1, 1) == 6


def test_the_driving_order_is_not_the_order_of_categories():
    """6 and 0 drive above 3 and below 4; the kinds of 0 are not compared with each other."""
    assert highest_driving(("3", "6", None)) == "6"
    assert highest_driving(("4A", "0A")) == "4A"
    assert highest_driving((None, None)) is None
    assert drives_above("0A", "6")
    assert not drives_above("0A", "0P")
    assert not drives_above("0P", "0A")


def test_the_shorter_interval_holds_and_twelve_months_are_a_year():
    """P-3, and P12M on a tie with P1Y."""
    assert shortest([None, "P2Y", "P1Y"]) == "P1Y"
    assert shortest(["P1Y", "P12M"]) == shortest(["P12M", "P1Y"]) == "P12M"
    assert shortest(["P12M", "P6M"]) == "P6M"
    assert shortest([None]) is None
    assert soonest([None, "P60D", "P30D"]) == "P30D"
