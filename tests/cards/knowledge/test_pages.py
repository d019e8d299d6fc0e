"""The published model: rule pages, the 13 attributes, the history."""

from __future__ import annotations

import pytest

from cards.guidance import MODEL_VERSION, RULES
from cards.knowledge import about, rule_page
from cards.knowledge.about import parse_about


def test_every_rule_has_a_page():
    """Each rule of the catalogue has a page with its sources and what their marks mean."""
    for rule_id in RULES:
        page = rule_page(rule_id)
        assert page is not None
        assert page.rule.id == rule_id
        assert [one.citation.id for one in page.sources] == list(page.rule.citations)
        assert all(one.marks for one in page.sources)


def test_an_unknown_rule_has_none():
    """A rule that the model does not have has no page."""
    assert rule_page("R-XX-99") is None


def test_all_13_attributes_have_a_value():
    """The 13 source attributes are there, each with a value and no open slot."""
    attributes = about().attributes
    assert len(attributes) == 13
    assert all(one.name and one.value and "{" not in one.value for one in attributes)


def test_the_history_ends_with_the_model_in_force():
    """The newest entry of the history is the version that the engine reports."""
    assert about().history[0].version == MODEL_VERSION


def test_a_statement_without_its_parts_is_refused():
    """Without intended use, or with fewer than 13 attributes, the statement is refused."""
    with pytest.raises(ValueError, match=r"about\.toml, line 1: \[intended\] must hold use"):
        parse_about("[intended]\n[limits]\nlist=[]\n[attributes]\nlist=[]\n[history]\nlist=[]\n")
