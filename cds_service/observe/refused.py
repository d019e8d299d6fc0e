"""The log line and the headers of a request that was turned away before anything of it was read."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from cds_service.admission import Refused
from cds_service.observe.log import REQUEST_EVENT
from cds_service.observe.metrics import REQUESTS_SHED, UNKNOWN_ROUTE
from cds_service.observe.requests import REQUEST_ID_HEADER, method_of, request_id_of
from cds_service.trust.gate import Gate
from cds_service.trust.headers import hardening


def refusals_noted(log: Any, gate: Gate) -> Refused:
    """Make what the permits tell of every refusal: it is logged like an answer, with ``refused: busy``."""

    def note(environ: dict[str, Any], answer: Response) -> None:
        REQUESTS_SHED.inc()
        request_id = request_id_of(environ.get("HTTP_X_REQUEST_ID"))
        log.info(
            REQUEST_EVENT,
            request_id=request_id,
            method=method_of(environ["REQUEST_METHOD"]),
            route=UNKNOWN_ROUTE,
            status=answer.status_code,
            duration_ms=0.0,
            refused="busy",
        )
        answer.headers[REQUEST_ID_HEADER] = request_id
        added = hardening(
            is_page=False,
            is_production=gate.trust is not None,
            is_public=False,
            frame_ancestors=gate.frame_ancestors,
        )
        answer.headers.update(added)

    return note
