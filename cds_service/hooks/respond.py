"""Answer -> the JSON of CDS Hooks (CH-100 to CH-150).

Members without a value are left out: no null, no empty string, array or object stands in an
answer, but for ``cards: []`` (CH-003 to CH-005).
"""

from __future__ import annotations

from cards.answer import Answer
from cards.guidance.guidance_json import guidance_json
from cards.policy import Policy
from cards.writing.card import Action, Card, Coding, Link, Suggestion

GUIDANCE_EXTENSION = "org.calcification-cds.guidance"
CARD_EXTENSION = "org.calcification-cds.card"
SOURCE_LABEL = "Calcification CDS"
# The public pages of cds_service/web/evidence.py (CH-126, CH-127).
EVIDENCE_PATH = "/evidence"
ICON_PATH = "/evidence/icon.png"

Wire = dict[str, object]


def respond(answer: Answer, policy: Policy, public_url: str) -> Wire:
    """Put an answer on the wire.

    The guidance stands at the root of every answer about a mammography report, also when
    there is no card: silence can be checked.
    """
    response: Wire = {"cards": [_card(card, public_url) for card in answer.cards]}
    if answer.guidance is not None:
        guidance = guidance_json(answer.guidance, policy, compact=True)
        response["extension"] = {GUIDANCE_EXTENSION: guidance}
    return response


def _card(card: Card, public_url: str) -> Wire:
    source: Wire = {"label": SOURCE_LABEL, "topic": _coding(card.topic)}
    if public_url.startswith("https://"):
        source["url"] = public_url.rstrip("/") + EVIDENCE_PATH
        source["icon"] = public_url.rstrip("/") + ICON_PATH
    wire: Wire = {
        "uuid": card.uuid,
        "summary": card.summary,
        "indicator": card.indicator,
        "source": source,
    }
    if card.detail:
        wire["detail"] = card.detail
    if card.suggestions:
        wire["suggestions"] = [_suggestion(suggestion) for suggestion in card.suggestions]
        # As a rule they are independent of each other: an order beside a Task.
        wire["selectionBehavior"] = "at-most-one" if card.alternatives else "any"
    if card.override_reasons:
        wire["overrideReasons"] = [_coding(reason) for reason in card.override_reasons]
    if card.links:
        wire["links"] = [_link(link) for link in card.links]
    basis: Wire = {"rules": list(card.rule_ids)}
    if card.citations:
        basis["citations"] = list(card.citations)
    if card.references:
        basis["references"] = list(card.references)
    wire["extension"] = {CARD_EXTENSION: basis}
    return wire


def _coding(coding: Coding) -> Wire:
    return {"system": coding.system, "code": coding.code, "display": coding.display}


def _link(link: Link) -> Wire:
    return {"label": link.label, "url": link.url, "type": "absolute"}


def _suggestion(suggestion: Suggestion) -> Wire:
    wire: Wire = {"label": suggestion.label, "uuid": suggestion.uuid}
    if suggestion.is_recommended:
        wire["isRecommended"] = True
    if suggestion.actions:
        wire["actions"] = [_action(action) for action in suggestion.actions]
    return wire


def _action(action: Action) -> Wire:
    return {"type": "create", "description": action.description, "resource": action.resource}
