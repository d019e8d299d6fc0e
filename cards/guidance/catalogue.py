"""The rule catalogue and the citations (section 18): what may fire, what it means, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cards.guidance.guidance import FiredRule, Inputs
from cards.guidance.table_files import read_rows
from cards.guidance.vocabulary import INDICATORS

KINDS = ("fires", "writing", "descriptive")
EVIDENCE = {
    "V": "the source, its abstract or an official page was seen",
    "S": "seen only through a secondary page",
    "M": "known from general knowledge, not seen",
}


@dataclass(frozen=True, slots=True)
class Citation:
    """One source of section 18. ``evidence`` are its marks: V seen, S second hand, M not seen."""

    id: str
    topic: str
    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the model.

    ``kind``: fires (the engine reports it), writing (a requirement on texts and cards) or
    descriptive. ``indicators`` are those it may fire with; ``intent`` says in plain language
    what it is for; ``section`` is where the decision model states it.
    """

    id: str
    kind: str
    section: str
    indicators: tuple[str, ...]
    citations: tuple[str, ...]
    title: str
    intent: str


def load_citations(text: str | None = None) -> Mapping[str, Citation]:
    """Read and check ``citations.csv``; raises BrokenTable."""
    citations: dict[str, Citation] = {}
    for row in read_rows("citations.csv", ("id", "topic", "evidence", "text"), text):
        if row["id"] in citations:
            raise row.refuse(f"{row['id']} stands twice")
        if not (row["id"].startswith("C-") and row["id"][2:].isdigit()):
            raise row.refuse(f"{row['id']!r} is no citation id")
        if not row["text"] or not row["topic"] or not row["evidence"]:
            raise row.refuse(f"{row['id']} has no text, topic or evidence mark")
        evidence = row.some_of("evidence", EVIDENCE)
        citations[row["id"]] = Citation(row["id"], row["topic"], row["text"], evidence)
    return MappingProxyType(citations)


def load_rules(text: str | None = None) -> Mapping[str, Rule]:
    """Read and check ``rules.csv``; raises BrokenTable."""
    rules: dict[str, Rule] = {}
    columns = ("id", "kind", "section", "indicators", "citations", "title", "intent")
    for row in read_rows("rules.csv", columns, text):
        if row["id"] in rules:
            raise row.refuse(f"{row['id']} stands twice")
        if not row["id"].startswith("R-"):
            raise row.refuse(f"{row['id']!r} is no rule id")
        indicators = row.some_of("indicators", INDICATORS)
        kind = row.one_of("kind", KINDS)
        if (kind == "fires") != bool(indicators):
            raise row.refuse("a rule that fires has an indicator, any other has none")
        for column in ("section", "title", "intent"):
            if not row[column].strip():
                raise row.refuse(f"{column} is empty")
        cited = row.some_of("citations", CITATIONS)
        rules[row["id"]] = Rule(
            row["id"], kind, row["section"], indicators, cited, row["title"], row["intent"]
        )
    return MappingProxyType(rules)


CITATIONS = load_citations()
RULES = load_rules()
FIRING = frozenset(rule.id for rule in RULES.values() if rule.kind == "fires")

_CITATIONS_OF: Final = {rule.id: rule.citations for rule in RULES.values()}
_SINGLE_INDICATOR: Final = {
    rule.id: rule.indicators[0] for rule in RULES.values() if len(rule.indicators) == 1
}


def rule(rule_id: str) -> Rule:
    """Return one rule of the catalogue; raises KeyError for an id that the model does not have."""
    return RULES[rule_id]


def fired(
    rule_id: str,
    inputs: Inputs,
    indicator: str | None = None,
    finding_id: str | None = None,
    side: str | None = None,
) -> FiredRule:
    """Record that a rule applied, with the inputs that made it fire and its citations.

    ``indicator`` may be left out where the catalogue lists exactly one.
    """
    return FiredRule(
        rule_id,
        _SINGLE_INDICATOR[rule_id] if indicator is None else indicator,
        finding_id,
        side,
        inputs,
        _CITATIONS_OF[rule_id],
    )
