"""One log line a request: route, service, status, duration, model version, cards, rules, id.

Nothing of the patient, the body or the address stands in it: the route is the pattern, not the path.
"""

from __future__ import annotations

import re
import time
from typing import Any

from flask import Flask, Response, g, request

from cards.answer import Answer
from cds_service.fresh_ids import fresh_uuid
from cds_service.observe.log import FAILURE_EVENT, REQUEST_EVENT, places
from cds_service.observe.metrics import UNKNOWN_ROUTE, count_request

REQUEST_ID_HEADER = "X-Request-Id"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def log_requests(app: Flask, log: Any) -> None:
    """Write one line for every request that ``app`` answers.

    A caller's own X-Request-Id is taken over when it is a UUID, because anything else could be
    data; every answer carries the id that stands in the log.
    """

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.request_id = request_id_of(request.headers.get(REQUEST_ID_HEADER))
        g.noted = {}

    @app.after_request
    def end(response: Response) -> Response:
        rule, request_id = request.url_rule, g.request_id
        route = UNKNOWN_ROUTE if rule is None else rule.rule
        seconds = time.perf_counter() - g.began
        count_request(route, response.status_code, seconds)
        log.info(
            REQUEST_EVENT,
            request_id=request_id,
            method=method_of(request.method),
            route=route,
            status=response.status_code,
            duration_ms=round(seconds * 1000, 3),
            **g.noted,
        )
        response.headers[REQUEST_ID_HEADER] = request_id
        return response


def request_id_of(given: str | None) -> str:
    """The id of a request: the caller's own where it is a UUID, else a fresh one."""
    return given if given is not None and _UUID.fullmatch(given) else fresh_uuid()


def method_of(given: str) -> str:
    """The method of a request as the log names it."""
    return given if given in _METHODS else "other"


def note_service(service_id: str) -> None:
    """Remember for the log line which service was called."""
    g.noted["service"] = service_id


def note_answer(answer: Answer) -> None:
    """Remember for the log line what was answered: number of cards, model version and rule ids."""
    noted = g.noted
    noted["cards"] = len(answer.cards)
    if answer.guidance is not None:
        noted["model_version"] = answer.guidance.model_version
        noted["rules"] = [rule.id for rule in answer.guidance.rules]


def note_failure(log: Any, error: BaseException) -> None:
    """Log our own fault: what was raised and where, without a message and without variables."""
    log.error(FAILURE_EVENT, request_id=g.request_id, failure=places(error))
