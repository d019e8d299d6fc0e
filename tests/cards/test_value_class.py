from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mypy import api

from cards.facts import Facts
from cards.problem import Problem


def test_type_checker_refuses_to_change_a_value(tmp_path: Path) -> None:
    """What nothing refuses at run time, `make check` refuses: a member of a value is never assigned."""
    changing = tmp_path / "changing.py"
    changing.write_text("from cards.facts import Facts\nFacts().sex = 'male'\n")
    said, _, status = api.run([str(changing)])
    assert ('"sex" defined in "Facts" is read-only' in said, status) == (True, 1)


def test_values_are_compared_and_hashed_by_their_members() -> None:
    """Two values with the same members are one in a set, and a changed copy is another."""
    problem = Problem("Observation/o1", "unmapped-code", "No table knows it.")
    assert {problem, replace(problem)} == {problem}
    assert replace(Facts(), sex="male") != Facts()
