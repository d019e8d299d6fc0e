"""One page a rule: its logic in plain language, and its sources with their evidence marks."""

from __future__ import annotations

from dataclasses import dataclass

from cards.guidance.catalogue import CITATIONS, EVIDENCE, RULES, Citation, Rule

KIND_WORDS = {
    "fires": "Reported on a card or in the trace when its condition holds.",
    "writing": "A requirement on how cards, letters and links are written.",
    "descriptive": "Says in words what other rules bring about.",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One citation with its evidence marks spelled out."""

    citation: Citation
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RulePage:
    """What the public page of one rule says."""

    rule: Rule
    kind: str
    sources: tuple[Source, ...]


def source(citation_id: str) -> Source:
    """Return a citation of section 18 with what its marks mean."""
    citation = CITATIONS[citation_id]
    return Source(citation, tuple(EVIDENCE[mark] for mark in citation.evidence))


def rule_page(rule_id: str) -> RulePage | None:
    """Return the page of one rule, or None when the model has no such rule."""
    rule = RULES.get(rule_id)
    if rule is None:
        return None
    return RulePage(rule, KIND_WORDS[rule.kind], tuple(source(one) for one in rule.citations))
