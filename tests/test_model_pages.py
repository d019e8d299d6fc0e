"""The pages of docs/model, the catalogue and the tests speak of the same model."""

from __future__ import annotations

import re

import pytest

from cards.guidance import RULES
from cards.worked_cases import worked_cases
from tests.model_checks import recorded_indicators
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


def ids_in_answers() -> set[str]:
    """Find the rule ids in the worked cases and the recorded outcomes."""
    found = {rule for case in worked_cases() for rule in case.rule_ids | case.forbidden_rule_ids}
    return found | {part.partition(":")[0] for row in recorded() for part in row[-1].split()}


def ids_in_tests() -> set[str]:
    """Find the rule ids in the answers and in the text of the test modules."""
    modules = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    return ids_in_answers().union(*map(rule_ids, modules))


def test_each_rule_of_the_catalogue_is_in_a_test():
    """No rule of the catalogue goes untested."""
    assert sorted(RULES.keys() - ids_in_tests()) == []


def test_no_answer_speaks_of_a_rule_that_the_catalogue_lacks():
    """Worked cases and recorded outcomes name rules of the catalogue only."""
    assert sorted(ids_in_answers() - RULES.keys()) == []


def test_every_indicator_of_the_catalogue_is_given_somewhere():
    """A rule gives each indicator that its catalogue row lists, in some recorded outcome, and no other."""
    given = recorded_indicators()
    assert given == {rule: set(RULES[rule].indicators) for rule in given}
