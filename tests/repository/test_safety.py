"""The hazard log names what is there: tests, rules, files and settings, and every hazard is whole."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from cards.guidance import RULES
from cards.worked_cases import worked_cases
from cds_service.settings import PREFIX, Settings
from website.pages import DOCS, ROOT

PAGE = (DOCS / "safety.md").read_text()
SEVERITIES = ("life", "harm", "burden")
REMAINS = ("small", "middle", "large")
WORKED_CASES = "tests/cards/guidance/test_worked_cases.py::test_worked_case"


class Hazard(NamedTuple):
    """One section of the page."""

    id: str
    title: str
    text: str

    @property
    def controls(self) -> list[tuple[str, str, str]]:
        """Control, where it lives, what proves it."""
        rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", self.text, flags=re.MULTILINE)
        return [row for row in rows if not row[0].startswith(("control", "---"))]


HAZARDS = [
    Hazard(*each) for each in re.findall(r"^### (H-\d+) (.+?)\n(.*?)(?=^##|\Z)", PAGE, flags=re.M | re.DOTALL)
]
INDEX = re.findall(r"^\| \[(H-\d+)\]\(#.*?\) \| (.+?) \| (\w+) \| (\w+) \|$", PAGE, flags=re.M)


def _written_rules(text: str) -> Iterator[str]:
    """The rules of a cell; "`R-MO-06` to `R-MO-09`" names each of them."""
    for family, first, last in re.findall(r"`(R-[A-Z]+-)(\d+)`(?: to `R-[A-Z]+-(\d+)`)?", text):
        yield from (f"{family}{number:02}" for number in range(int(first), int(last or first) + 1))


@cache
def _tests_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(
        each.name for each in tree.body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
    )


def test_the_index_lists_every_hazard_once() -> None:
    """The table at the top and the sections are about the same hazards, each with a known severity."""
    assert [each[0] for each in INDEX] == sorted(hazard.id for hazard in HAZARDS)
    assert [each[0] for each in INDEX] == [f"H-{number:02}" for number in range(1, len(INDEX) + 1)]
    assert {each[2] for each in INDEX} <= set(SEVERITIES)
    titles = {hazard.id: hazard.title for hazard in HAZARDS}
    assert {each[0]: each[1].lower().replace(",", "") for each in INDEX} == {
        name: title.lower().replace(",", "") for name, title in titles.items()
    }


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_a_hazard_is_whole(hazard: Hazard) -> None:
    """Who is hurt, why, with which controls, and what remains, which is what the index says."""
    assert re.findall(r"^\*\*(Hurts|Cause)\.\*\* \S", hazard.text, flags=re.M) == ["Hurts", "Cause"]
    (remains,) = re.findall(r"^\*\*Remains: (\w+)\.\*\* \S", hazard.text, flags=re.M)
    assert remains in REMAINS
    assert {each[0]: each[3] for each in INDEX}[hazard.id] == remains
    assert hazard.controls


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_each_control_is_proved(hazard: Hazard) -> None:
    """Every control names a test that exists, or says why there is none."""
    for control, _, proof in hazard.controls:
        named = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", proof)
        if named is None:
            assert re.fullmatch(r"no test: \S.+", proof), control
        else:
            assert named[2] in _tests_of(named[1]), f"{proof} does not exist"


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_what_a_hazard_names_exists(hazard: Hazard) -> None:
    """Rules, files and settings of a section are those of the program."""
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert set(_written_rules(hazard.text)) <= set(RULES)
    assert set(re.findall(rf"`({PREFIX}\w+)`", hazard.text)) <= settings
    paths = re.findall(
        r"`((?:cards|cds_service|deploy|docs|fixtures|requirements|tests)[\w/.-]*)`", hazard.text
    )
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_worked_cases_hold_the_rules_they_are_named_for() -> None:
    """Where the worked cases are the proof, each rule of that row fires in one of them."""
    fired = {rule for case in worked_cases() for rule in case.rule_ids}
    missing = [
        (hazard.id, rule)
        for hazard in HAZARDS
        for _, where, proof in hazard.controls
        if WORKED_CASES in proof
        for rule in _written_rules(where)
        if rule not in fired
    ]
    assert missing == []


def test_every_large_rest_is_said_at_the_top() -> None:
    """What stands bold below, because no control is in the service, is told on the first screen."""
    (first,) = re.findall(r"^## Without a control in the service\n(.*?)^## ", PAGE, flags=re.M | re.DOTALL)
    bold = {hazard.id for hazard in HAZARDS if re.search(r"\*\*(?!Hurts|Cause|Remains)\w", hazard.text)}
    assert bold
    assert bold <= set(re.findall(r"H-\d+", first))
