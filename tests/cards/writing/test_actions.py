"""The table of actions: what covers a suggestion is an order that codes can name."""

from __future__ import annotations

from cards.terminology import shipped
from cards.writing.actions import actions


def test_what_covers_an_action_is_a_concept_of_the_terminology() -> None:
    """An order of another name would never be seen as the one that was suggested."""
    known = {row.concept for row in shipped().rows}
    named = {name for kind in actions().values() for name in kind.covered_by}
    assert named - known == set()
    assert len(named) > 10
