"""The catalogue, the code, the tables and the tests speak of the same rules."""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path

import cards.guidance
from cards.guidance import CITATIONS, RULES, rule
from cards.guidance.catalogue import FIRING
from tests.cards.guidance.cases import CASES

ROOM = Path(cards.guidance.__file__).parent
HERE = Path(__file__).parent
RULE_ID = re.compile(r"R-[A-Z]{2}-[0-9]{2}")
# No worked case names these; each has a test of its own in the files named below.
TESTED_APART = frozenset(
    {
        *("R-DQ-14", "R-DQ-15", "R-SC-07", "R-SP-05", "R-SP-06", "R-EX-07", "R-FU-03", "R-RG-01", "R-RG-04"),
        *("R-OS-01", "R-OS-02", "R-OS-03", "R-OS-04"),
        *("R-TR-01", "R-TR-02", "R-TR-03", "R-TR-04", "R-TR-05", "R-TR-06", "R-TR-07"),
    }
)


def ids_in_code() -> set[str]:
    """Collect the rule ids that stand as values in the code and in the tables of this room."""
    found: set[str] = set()
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and RULE_ID.fullmatch(node.value)
            ):
                found.add(node.value)
    for path in ROOM.glob("*.csv"):
        if path.name in ("rules.csv", "worked_cases.csv"):
            continue
        for cells in csv.reader(path.read_text(encoding="utf-8").splitlines()):
            found.update(cell for cell in cells if RULE_ID.fullmatch(cell))
    return found


def test_code_and_tables_fire_exactly_the_rules_of_the_catalogue():
    """Every rule of kind fires stands in the code or a table, and nothing else does."""
    assert ids_in_code() == FIRING


def test_every_firing_rule_is_named_by_a_case_or_a_test_of_its_own():
    """The worked cases and the tests beside them hold the same ids as the catalogue."""
    named = {name for case in CASES for name in case.rules}
    assert named | TESTED_APART == FIRING
    assert not named & TESTED_APART
    beside = "".join(
        (HERE / name).read_text(encoding="utf-8")
        for name in ("test_other_rules.py", "test_tracking.py", "test_order_check.py")
    )
    assert {name for name in TESTED_APART if name not in beside} == set()


def test_every_rule_of_the_worked_cases_fires_in_one():
    """The rules a worked case names are those that fire when it is judged."""
    fired = {entry.id for case in CASES for entry in case.assess().rules}
    assert FIRING - TESTED_APART - fired == frozenset()


def test_every_citation_number_is_there():
    """Section 18 has 65 citations, numbered without a gap."""
    assert set(CITATIONS) == {f"C-{number:02}" for number in range(1, 66)}
    assert {mark for entry in CITATIONS.values() for mark in entry.evidence} == {"V", "S", "M"}


def test_the_catalogue_holds_every_family_of_the_model():
    """155 rules in all; writing and descriptive ones fire with no indicator."""
    assert len(RULES) == 155
    quiet = {entry.id for entry in RULES.values() if entry.kind != "fires"}
    assert quiet == {
        "R-SAFE",
        *("R-SV-06", "R-SV-07"),
        *(f"R-CD-0{number}" for number in range(1, 7)),
        *(f"R-ED-0{number}" for number in range(1, 8)),
    }
    assert {entry.id for entry in RULES.values() if entry.kind == "descriptive"} == {
        "R-SAFE",
        "R-SV-06",
        "R-SV-07",
    }
    assert {entry.indicators for entry in RULES.values() if entry.kind != "fires"} == {()}


def test_a_rule_is_looked_up_by_its_id():
    """rule(id) gives title, section, indicators and citations as the table has them."""
    found = rule("R-CC-01")
    assert (found.section, found.indicators, found.citations) == ("6", ("critical",), ("C-53",))
    assert found.title == "Suspicious descriptors with category 1 or 2"
