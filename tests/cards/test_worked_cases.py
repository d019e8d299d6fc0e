"""The table of worked cases: a broken line is refused."""

import pytest

from cards.worked_cases import COLUMNS, WorkedCasesError, load_worked_cases

HEADER = ",".join(COLUMNS) + "\n"


def test_a_line_becomes_a_case():
    """Inputs and expected members are JSON, rule ids a list parted by semicolons."""
    (case,) = load_worked_cases(HEADER + 'W-1,Text,{},"{""concordance"":null}",R-MO-01;R-FU-01,\n')
    assert (case.case_id, case.scenario, case.inputs, case.expected) == (
        "W-1",
        "Text",
        {},
        {"concordance": None},
    )
    assert (case.rule_ids, case.forbidden_rule_ids) == ({"R-MO-01", "R-FU-01"}, frozenset())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n", "line 1: columns must be case_id"),
        (HEADER + "W-1,Text,{}\n", "line 2: must have 6 cells"),
        (
            HEADER + "W-1,Text,{},{},,\nW-1,Text,{},{},,\n",
            "line 3: must have 6 cells and a case_id of its own",
        ),
        (HEADER + "W-1,Text,{,{},,\n", "line 2: inputs and expected must be JSON"),
    ],
)
def test_a_broken_line_is_refused(text, reason):
    """A wrong heading, a missing cell, a repeated id and broken JSON are refused with the line."""
    with pytest.raises(WorkedCasesError, match=reason):
        load_worked_cases(text)
