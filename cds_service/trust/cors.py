"""Which browser pages may read an answer (CH-190 to CH-193): the registered origins, and no cookies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ALLOWED_METHODS = "GET, POST"
ALLOWED_HEADERS = "Authorization, Content-Type"
PREFLIGHT_SECONDS = "600"


def is_preflight(environ: Mapping[str, Any]) -> bool:
    """Say whether a request is a browser's question before its call; it carries no token (CH-191)."""
    return environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ


def readable_by(environ: Mapping[str, Any], origins: frozenset[str]) -> list[tuple[str, str]]:
    """Name the page's own origin in the answer, error or not, if it is among ``origins`` (CH-192, CH-193)."""
    headers = [("Vary", "Origin")]
    origin = environ.get("HTTP_ORIGIN")
    if origin is None or origin not in origins:
        return headers
    headers.append(("Access-Control-Allow-Origin", origin))
    headers.append(("Access-Control-Expose-Headers", "X-Request-Id, Retry-After"))
    if is_preflight(environ):
        headers.append(("Access-Control-Allow-Methods", ALLOWED_METHODS))
        headers.append(("Access-Control-Allow-Headers", ALLOWED_HEADERS))
        headers.append(("Access-Control-Max-Age", PREFLIGHT_SECONDS))
    return headers
