"""GET /healthz (the process lives) and GET /readyz (it can answer)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response

from cds_service.errors import Overloaded
from cds_service.hooks.endpoint import json_response

RETRY_AFTER_SECONDS = 5


def healthz() -> Response:
    """Say that the process answers."""
    return json_response({"status": "ok"})


def readyz(checks: Mapping[str, Callable[[], bool]]) -> Callable[[], Response]:
    """Make the view that asks every check by name; one that says no makes it a 503."""

    def view() -> Response:
        failing = [name for name, is_ready in checks.items() if not is_ready()]
        if failing:
            raise Overloaded(f"Not ready: {', '.join(failing)}.", retry_after=RETRY_AFTER_SECONDS)
        return json_response({"status": "ready", "checks": dict.fromkeys(checks, "ok")})

    return view
