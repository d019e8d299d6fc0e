"""Answer -> the JSON of CDS Hooks (CH-100 to CH-150).

Members without a value are left out: no null, no empty string, array or object stands in an
answer, but for ``cards: []`` (CH-003 to CH-005).
"""

from __future__ import annotations

from cards.answer import Answer
from cards.guidance.guidance_json import guidance_json
from cards.policy import Policy
from cards.writing.card_json import card_json

GUIDANCE_EXTENSION = "org.calcification-cds.guidance"

Wire = dict[str, object]


def respond(answer: Answer, policy: Policy, public_url: str) -> Wire:
    """Put an answer on the wire.

    The guidance stands at the root of every answer about a mammography report, also when
    there is no card: silence can be checked.
    """
    response: Wire = {"cards": [card_json(card, public_url) for card in answer.cards]}
    if answer.guidance is not None:
        guidance = guidance_json(answer.guidance, policy, compact=True)
        response["extension"] = {GUIDANCE_EXTENSION: guidance}
    return response
