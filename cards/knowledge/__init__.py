"""The model published: rule pages, source attributes, version history."""

from cards.knowledge.about import About, about
from cards.knowledge.rule_pages import RulePage, Source, rule_page, source

__all__ = ["About", "RulePage", "Source", "about", "rule_page", "source"]
