"""Orchestrators can see that the service lives and that it can answer."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from cds_service.errors import Overloaded
from cds_service.health import readyz


def test_the_process_answers(client: FlaskClient) -> None:
    """GET /healthz is 200 while the process runs."""
    response = client.get("/healthz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_the_service_is_ready(client: FlaskClient) -> None:
    """GET /readyz is 200 once the tables are loaded."""
    response = client.get("/readyz")
    checks = {"tables": "ok", "keys": "ok", "stays": "ok"}
    assert (response.status_code, response.get_json()["checks"]) == (200, checks)


def test_a_failing_check_is_named() -> None:
    """A part that is not ready makes it a 503 that names the part."""
    view = readyz({"tables": lambda: True, "database": lambda: False})
    with pytest.raises(Overloaded, match=r"Not ready: database\.") as refused:
        view()
    assert refused.value.retry_after is not None
