from __future__ import annotations

from dataclasses import replace

from mypy import api

from cards.facts import Facts
from cards.problem import Problem


def test_type_checker_refuses_to_change_a_value() -> None:
    """What nothing refuses at run time, `make check` refuses: a member of a value is never assigned."""
    said, _, status = api.run(["-c", "from cards.facts import Facts\nFacts().sex = 'male'"])
    assert ('"sex" defined in "Facts" is read-only' in said, status) == (True, 1)


def test_values_are_compared_and_hashed_by_their_members() -> None:
    """Two values with the same members are one in a set, and a changed copy is another."""
    problem = Problem("Observation/o1", "unmapped-code", "No table knows it.")
    assert {problem, replace(problem)} == {problem}
    assert replace(Facts(), sex="male") != Facts()
