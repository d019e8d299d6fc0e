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
    now = datetime.now(UTC)
    for card in answer.cards:
        writer.put(
            issued_card,
            {
                "uuid": card.uuid,
                "issuer": caller.issuer,
                "tenant": caller.tenant,
                "service": service_id,
                "indicator": card.indicator,
                "rules": list(card.rule_ids),
                "model_version": answer.guidance.model_version,
                "issued_at": now,
            },
        )
