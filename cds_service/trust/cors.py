"""Which browser pages may read an answer (CH-190 to CH-193): the registered origins, and no cookies."""

from __future__ import annotations

from flask import Response, request

ALLOWED_METHODS = "GET, POST"
ALLOWED_HEADERS = "Authorization, Content-Type"
PREFLIGHT_SECONDS = "600"


def is_preflight() -> bool:
    """Say whether the current request is a browser's question before its call; it carries no token
    (CH-191)."""
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def preflight() -> Response:
    """Answer a preflight; ``let_read`` adds the origin if it is one of ours."""
    return Response(status=204)


def let_read(response: Response, origins: frozenset[str]) -> None:
    """Name the page's own origin in the answer, error or not, if it is among ``origins`` (CH-192, CH-193)."""
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin")
    if origin is None or origin not in origins:
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "X-Request-Id, Retry-After"
    if is_preflight():
        response.headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
        response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
