"""The web framework without what this service never has, sessions and coroutines, behind the reception."""

from __future__ import annotations

from typing import Any

from flask import Flask, Request, Response, g, request
from flask.sessions import NullSession, SessionInterface, SessionMixin

from cds_service.reception import Reception

_NOBODYS = NullSession()


class NoSessions(SessionInterface):
    """No cookie is read and none is set; whoever writes into a session gets an error."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        """Give the one session that cannot be written to."""
        return _NOBODYS

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep nothing."""


class PlainFlask(Flask):
    """A Flask whose views and hooks are plain functions."""

    session_interface = NoSessions()

    def ensure_sync(self, func: Any) -> Any:
        """Call functions as they are, without a look whether they are coroutines each time."""
        return func


def stand_before(app: Flask, reception: Reception) -> None:
    """Put the reception before every answer that ``app`` makes; views find their call as ``g.call``
    and who makes it as ``g.caller``."""

    @app.before_request
    def receive() -> Response | None:
        rule = request.url_rule
        g.call = reception.receive(request.environ, request.path, None if rule is None else rule.rule)
        reception.let_in(g.call)
        g.caller = g.call.caller
        return Response(status=204) if reception.asks_first(g.call) else None

    @app.after_request
    def see_out(response: Response) -> Response:
        if response.is_sequence and not any(response.response):
            response.headers.pop("Content-Type", None)
        is_page = response.mimetype == "text/html"
        response.headers.update(reception.see_out(g.call, response.status_code, is_page=is_page))
        return response

    @app.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        status, body, headers = reception.refuse(g.call, error)
        return Response(body, status, headers)
