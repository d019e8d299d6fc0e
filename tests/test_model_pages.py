"""The pages of docs/model, the catalogue and the tests speak of the same model."""

from __future__ import annotations

import re

import pytest

from cards.guidance import RULES
from cards.worked_cases import worked_cases
from tests.model_pages import PAGES, ROOT, TABLES, clinical_tables, pages, rule_ids
from tests.outcomes import recorded


@pytest.mark.parametrize("name", pages())
def test_pages_are_current(name):
    """Each generated page is what the data files say; `make fixtures` writes them again."""
    assert (PAGES / name).read_text(encoding="utf-8") == pages()[name]


def test_no_other_page_stands_beside_them():
    """Every page of the folder is generated, but the one that tells the order of the steps."""
    assert {path.name for path in PAGES.iterdir()} == {*pages(), "how-it-decides.md"}


def test_the_rule_page_holds_the_rules_of_the_catalogue():
    """The page lists each rule of the catalogue once, in a row of its own, and no other."""
    listed = re.findall(r"^\| (R-\S+) \|", pages()["rules.md"], flags=re.MULTILINE)
    assert sorted(listed) == sorted(RULES)


def test_the_order_of_the_steps_names_only_rules_that_exist():
    """The page on the order of the steps speaks of no rule that the catalogue lacks."""
    named = rule_ids((PAGES / "how-it-decides.md").read_text(encoding="utf-8"))
    assert named - RULES.keys() == set()


def test_the_order_of_the_steps_names_every_table_it_looks_into():
    """A reviewer who follows the steps comes to each clinical table."""
    text = (PAGES / "how-it-decides.md").read_text(encoding="utf-8")
    assert [path.stem for path in clinical_tables() if f"`{path.stem}`" not in text] == []


def test_every_table_is_on_the_page_of_tables():
    """No clinical table is left out of the pages."""
    text = pages()["tables.md"]
    assert [path.stem for path in clinical_tables() if f"\n## {path.stem}\n" not in text] == []
    assert {path.name for path in TABLES.glob("*.toml")} == {"switches.toml"}


# Made up, to be refused as no rule of the catalogue.
NO_RULES = {"R-BA-09"}


def ids_in_tests() -> set[str]:
    """Find the rule ids in the worked cases, the recorded outcomes and the test modules."""
    found = {rule for case in worked_cases() for rule in case.rule_ids}
    found |= {part.partition(":")[0] for row in recorded() for part in row[-1].split()}
    for path in (ROOT / "tests").rglob("*.py"):
        found |= rule_ids(path.read_text(encoding="utf-8"))
    return found


def test_catalogue_and_tests_hold_the_same_rules():
    """Each rule of the catalogue is in a test, and no test speaks of another."""
    assert ids_in_tests() - NO_RULES == RULES.keys()


def test_every_indicator_of_the_catalogue_is_given_somewhere():
    """A rule gives each indicator that its catalogue row lists, in some recorded outcome, and no other."""
    given: dict[str, set[str]] = {}
    for row in recorded():
        for part in row[-1].split():
            rule, indicator = part.split(":")[:2]
            given.setdefault(rule, set()).add(indicator)
    listed = {rule: set(RULES[rule].indicators) for rule in given}
    assert given == listed
