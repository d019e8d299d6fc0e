"""Reception: what happens before and after every answer, whoever makes it.

A call is received, let in through the gate, and seen out: written down in log and audit, with the headers
that every answer has.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson

from cds_service.call import Call
from cds_service.errors import refusal_of
from cds_service.observe.audit import calls_audited
from cds_service.observe.requests import REQUEST_ID_HEADER, log_call, log_failure, request_id_of
from cds_service.storage.writer import Writer
from cds_service.trust.cors import readable_by
from cds_service.trust.gate import Gate, asks_first, is_public, let_in
from cds_service.trust.headers import hardening

Headers = list[tuple[str, str]]


class Reception:
    """Receives the calls of one process and sees them out."""

    def __init__(self, gate: Gate, writer: Writer, log: Any) -> None:
        self._gate = gate
        self._log = log
        self._write: Callable[[Call, int], None] = calls_audited(writer)
        # There are as many patterns as the application has routes.
        self._is_public = cache(is_public)

    def receive(self, environ: dict[str, Any], path: str, route: str | None) -> Call:
        """Begin a call; ``route`` is the pattern that its path matches, if any."""
        return Call(
            environ,
            path,
            route,
            request_id=request_id_of(environ.get("HTTP_X_REQUEST_ID")),
            began=time.perf_counter(),
            is_public=route is not None and self._is_public(route),
        )

    def let_in(self, call: Call) -> None:
        """Find out who calls. Raises NotAuthenticated, Forbidden or TooManyCalls."""
        let_in(call, self._gate)

    def asks_first(self, call: Call) -> bool:
        """Say whether a call is a browser's question before its call, answered with headers alone."""
        return asks_first(call, self._gate)

    def refuse(self, call: Call, error: Exception) -> tuple[int, bytes, dict[str, str]]:
        """Turn an exception into status, body and headers; what is our fault is logged."""
        status, body, headers = refusal_of(error)
        if status == 500:
            log_failure(self._log, call, error)
        if body is None:
            return status, b"", headers
        headers |= {"Cache-Control": "no-store", "Content-Type": "application/json"}
        return status, orjson.dumps(body), headers

    def see_out(self, call: Call, status: int, *, is_page: bool = False) -> Headers:
        """Write the call down, and give the headers to add; ``is_page``: the answer is HTML."""
        self._write(call, status)
        log_call(self._log, call, status)
        gate, caller = self._gate, call.caller
        headers = hardening(
            is_page=is_page,
            is_production=gate.trust is not None,
            is_public=call.is_public,
            frame_ancestors=gate.frame_ancestors,
        )
        origins = gate.origins if caller is None else caller.client.cors_origins
        return [*headers, *readable_by(call.environ, origins), (REQUEST_ID_HEADER, call.request_id)]
