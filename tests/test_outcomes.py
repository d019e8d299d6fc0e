"""The model answers as recorded over the whole grid of situations."""

from __future__ import annotations

import pytest

from cards import guidance
from tests.model_checks import outcomes_hold, worked_cases_hold
from tests.outcome_grid import GROUPS
from tests.outcomes import COLUMNS, OUTCOMES, answered, recorded


def test_every_situation_comes_out_as_recorded():
    """A changed outcome is named with its situation; `python -m tests.outcomes` writes them again."""
    now = {text: rest for text, *rest in answered(guidance.assess)}
    then = {text: rest for text, *rest in recorded()}
    assert {text: rest for text, rest in now.items() if then.get(text) != rest} == {}
    assert then.keys() == now.keys()


def test_the_record_names_its_columns():
    """The first line of the record is its heading."""
    assert OUTCOMES.read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)
def test_no_group_of_situations_is_empty(group):
    """Each part of the grid holds situations."""
    assert next(group(), None) is not None


def test_the_checks_hold_for_the_model_as_it_is():
    """The checks that changed cells must fail are passed by the model itself."""
    assert (worked_cases_hold(guidance), outcomes_hold(guidance)) == (True, True)
