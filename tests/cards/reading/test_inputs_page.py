"""docs/fhir-inputs.md says where every fact of the report is read from."""

import re
from importlib.util import find_spec
from pathlib import Path

from cards.facts import FACTS_MEMBERS, FINDING_MEMBERS

PAGE = Path(__file__).parents[3] / "docs" / "fhir-inputs.md"
ROW = re.compile(r"^\| `?([a-z_ ]+?)`? \| (.+) \| (?:`(cards\.[a-z_.]+)`|none) \|$", re.MULTILINE)


def test_every_fact_of_the_report_has_one_row():
    """Each member of Facts stands on the page exactly once."""
    named = [row[0] for row in ROW.findall(PAGE.read_text(encoding="utf-8"))]
    for member in FACTS_MEMBERS:
        if member != "findings":
            assert named.count(member) == 1, member


def test_every_fact_of_a_finding_has_one_row():
    """Each member of Finding stands on the page exactly once."""
    named = [row[0] for row in ROW.findall(PAGE.read_text(encoding="utf-8"))]
    assert [member for member in FINDING_MEMBERS if named.count(member) != 1] == []


def test_every_module_of_the_page_exists():
    """The page names no module that is not there."""
    modules = {row[2] for row in ROW.findall(PAGE.read_text(encoding="utf-8"))} - {""}
    assert len(modules) > 10
    assert [module for module in sorted(modules) if find_spec(module) is None] == []
