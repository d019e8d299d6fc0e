"""Which cards were issued to whom, so that feedback can be told by rule. Nothing of the patient, no text."""

from __future__ import annotations

from datetime import UTC, datetime

from cards.answer import Answer
from cds_service.storage import issued_card
from cds_service.storage.writer import Writer
from cds_service.trust.client import Caller


def write_issued(writer: Writer, caller: Caller, service_id: str, answer: Answer) -> None:
    """Hand the cards of an answer to the background writer; returns at once."""
    if not answer.cards or answer.guidance is None:
        return
    issuer, tenant, model_version = caller.issuer, caller.tenant, answer.guidance.model_version
    now = datetime.now(UTC)
    # In the order of the table's columns.
    rows = [
        (card.uuid, issuer, tenant, service_id, card.indicator, card.rule_ids, model_version, now)
        for card in answer.cards
    ]
    writer.put(issued_card, *rows)
