"""A card as the JSON of CDS Hooks (CH-110 to CH-150).

Members without a value are left out: no null, no empty string, array or object stands in it
(CH-003 to CH-005).
"""

from __future__ import annotations

from typing import Final

from cards.writing.card import Action, Card, Coding, Link, Suggestion

CARD_EXTENSION: Final = "org.calcification-cds.card"
SOURCE_LABEL: Final = "Calcification CDS"
# The public pages of cds_service/web/evidence.py (CH-126, CH-127).
EVIDENCE_PATH: Final = "/evidence"
ICON_PATH: Final = "/evidence/icon.png"

Json = dict[str, object]


def card_json(card: Card, public_url: str) -> Json:
    """Return a card as a JSON object; ``public_url`` is named as its source where it is https (CH-126)."""
    source: Json = {"label": SOURCE_LABEL, "topic": _coding(card.topic)}
    if public_url.startswith("https://"):
        source["url"] = public_url.rstrip("/") + EVIDENCE_PATH
        source["icon"] = public_url.rstrip("/") + ICON_PATH
    content: Json = {
        "uuid": card.uuid,
        "summary": card.summary,
        "indicator": card.indicator,
        "source": source,
    }
    if card.detail:
        content["detail"] = card.detail
    if card.suggestions:
        content["suggestions"] = [_suggestion(suggestion) for suggestion in card.suggestions]
        # As a rule they are independent of each other: an order beside a Task.
        content["selectionBehavior"] = "at-most-one" if card.alternatives else "any"
    if card.override_reasons:
        content["overrideReasons"] = [_coding(reason) for reason in card.override_reasons]
    if card.links:
        content["links"] = [_link(link) for link in card.links]
    basis: Json = {"rules": list(card.rule_ids)}
    if card.citations:
        basis["citations"] = list(card.citations)
    if card.references:
        basis["references"] = list(card.references)
    content["extension"] = {CARD_EXTENSION: basis}
    return content


def _coding(coding: Coding) -> Json:
    return {"system": coding.system, "code": coding.code, "display": coding.display}


def _link(link: Link) -> Json:
    return {"label": link.label, "url": link.url, "type": "absolute"}


def _suggestion(suggestion: Suggestion) -> Json:
    content: Json = {"label": suggestion.label, "uuid": suggestion.uuid}
    if suggestion.is_recommended:
        content["isRecommended"] = True
    if suggestion.actions:
        content["actions"] = [_action(action) for action in suggestion.actions]
    return content


def _action(action: Action) -> Json:
    return {"type": "create", "description": action.description, "resource": action.resource}
