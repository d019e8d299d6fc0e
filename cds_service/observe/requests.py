"""One log line a request: route, service, status, duration, model version, cards, rules, id.

Nothing of the patient, the body or the address stands in it: the route is the pattern, not the path.
"""

from __future__ import annotations

import re
import time
from typing import Any

from cards.answer import Answer
from cds_service.call import Call
from cds_service.fresh_ids import fresh_uuid
from cds_service.observe.log import FAILURE_EVENT, REQUEST_EVENT, places
from cds_service.observe.metrics import UNKNOWN_ROUTE, count_request

REQUEST_ID_HEADER = "X-Request-Id"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def log_call(log: Any, call: Call, status: int) -> None:
    """Write the line of a call that was answered, and count it."""
    seconds = time.perf_counter() - call.began
    route = UNKNOWN_ROUTE if call.route is None else call.route
    count_request(route, status, seconds)
    log.info(
        REQUEST_EVENT,
        request_id=call.request_id,
        method=method_of(call.environ["REQUEST_METHOD"]),
        route=route,
        status=status,
        duration_ms=round(seconds * 1000, 3),
        **call.noted,
    )


def request_id_of(given: str | None) -> str:
    """The id of a request: the caller's own where it is a UUID, because anything else could be data, else a
    fresh one."""
    return given if given is not None and _UUID.fullmatch(given) else fresh_uuid()


def method_of(given: str) -> str:
    """The method of a request as the log names it."""
    return given if given in _METHODS else "other"


def note_answer(call: Call, answer: Answer) -> None:
    """Remember for the log line what was answered: number of cards, model version and rule ids."""
    noted = call.noted
    noted["cards"] = len(answer.cards)
    if answer.guidance is not None:
        noted["model_version"] = answer.guidance.model_version
        noted["rules"] = [rule.id for rule in answer.guidance.rules]


def log_failure(log: Any, call: Call, error: BaseException) -> None:
    """Log our own fault: what was raised and where, without a message and without variables."""
    log.error(FAILURE_EVENT, request_id=call.request_id, failure=places(error))
