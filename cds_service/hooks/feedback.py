"""POST /cds-services/{id}/feedback: what became of the cards, on disk before the answer (CH-155 to 165)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Response, g
from sqlalchemy import Engine

from cds_service.call import Call
from cds_service.errors import Overloaded, SettingsRefused
from cds_service.hooks.endpoint import json_response
from cds_service.hooks.feedback_body import Feedback, parse_feedback
from cds_service.hooks.json_body import parse_json_object
from cds_service.hooks.received_body import json_bytes
from cds_service.observe.metrics import count_feedback
from cds_service.outgoing.breaker import OPEN_SECONDS, Breaker
from cds_service.permits import while_waiting
from cds_service.storage import DATABASE_ERRORS, prepare
from cds_service.storage.feedback_rows import feedback_row, store_feedback
from cds_service.trust.client import Caller

RETRY_AFTER_SECONDS = 5


class FeedbackStore:
    """The way of feedback to the disk, for all services of a process.

    While the database is away, calls are refused at once for a while, so that they keep no thread from
    answering hooks. ``keep_comments``: what a person wrote is kept, too.
    """

    def __init__(self, engine: Engine, *, keep_comments: bool) -> None:
        self._engine = engine
        self._keep_comments = keep_comments
        self._breaker = Breaker()
        self._is_prepared = False

    def is_resting(self) -> bool:
        """Say whether the database is left alone now, so that feedback is refused."""
        return self._breaker.is_open

    def keep(self, caller: Caller, service_id: str, items: tuple[Feedback, ...]) -> int:
        """Write the items; gives how many cards are unknown. Raises Overloaded when that is not possible."""
        if not self._breaker.may_call():
            raise _away(int(OPEN_SECONDS))
        now = datetime.now(UTC)
        rows = [
            feedback_row(
                issuer=caller.issuer,
                tenant=caller.tenant,
                service=service_id,
                card=item.card,
                outcome=item.outcome,
                accepted_suggestions=item.accepted_suggestions,
                reason=item.reason,
                comment=item.comment if self._keep_comments else None,
                outcome_at=item.outcome_at,
                received_at=now,
            )
            for item in items
        ]
        try:
            with while_waiting():
                if not self._is_prepared:
                    prepare(self._engine)
                    self._is_prepared = True
                unknown = store_feedback(self._engine, rows)
        except (*DATABASE_ERRORS, SettingsRefused):
            self._breaker.failed()
            raise _away(RETRY_AFTER_SECONDS) from None
        self._breaker.succeeded()
        return unknown


def _away(seconds: int) -> Overloaded:
    return Overloaded("Feedback cannot be stored for now. Send it again later.", retry_after=seconds)


def feedback_view(
    service_id: str, store: FeedbackStore, max_bytes: int, max_depth: int
) -> Callable[[], Response]:
    """Make the view of the feedback endpoint of one service; 200 means that every item is on disk."""

    def view() -> Response:
        call: Call = g.call
        call.noted["service"] = service_id
        items = parse_feedback(parse_json_object(json_bytes(call.environ, max_bytes), max_depth))
        unknown = store.keep(call.known_caller(), service_id, items)
        call.noted["feedback"] = len(items)
        count_feedback(service_id, items)
        if unknown:
            call.noted["unknown_cards"] = unknown
        return json_response({"received": len(items)})

    return view
