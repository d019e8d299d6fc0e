"""Calls of hooks are answered before the web framework.

What it does around each answer would cost as much again as half of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.http import HTTP_STATUS_CODES

from cds_service.call import Call
from cds_service.reception import Reception

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Answering = Callable[[Call], bytes]
"""Makes the JSON of an answer. Raises RequestRefused."""

JSON_HEADERS = {"Content-Type": "application/json"}


def hooks_first(
    app: WSGIApplication, hooks: Mapping[str, Answering], reception: Reception
) -> WSGIApplication:
    """Put the hooks in front of an application: a POST to one of their paths never reaches it.

    Reception is the same for both, and so are gate, log, audit and headers.
    """

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        hook = hooks.get(path) if environ["REQUEST_METHOD"] == "POST" else None
        if hook is None:
            return app(environ, start_response)
        call = reception.receive(environ, path, path)
        try:
            reception.let_in(call)
            status, body, headers = 200, hook(call), JSON_HEADERS
        except Exception as error:
            status, body, headers = reception.refuse(call, error)
        added = reception.see_out(call, status)
        start_response(
            f"{status} {HTTP_STATUS_CODES[status].upper()}",
            [*(headers | dict(added)).items(), ("Content-Length", str(len(body)))],
        )
        return [body]

    return answer
