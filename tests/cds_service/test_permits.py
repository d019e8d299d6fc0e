"""One worker works on so many requests at a time; one more hears at once that it is busy."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.observe.log import open_log
from cds_service.permits import Permits
from cds_service.settings import Settings
from tests.cds_service.fhir.stub_fhir import StubFhir, bare_request
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request, prefetched_request
from tests.stub_server import StubServer

ID = "6f1d4c8e-0b7a-4f0e-9a53-1f1f6f1f6f1f"


@pytest.fixture
def permits(app: Flask) -> Permits:
    """The permits of the application."""
    held: Permits = app.extensions["permits"]
    return held


def take_all(permits: Permits) -> None:
    """Leave no permit."""
    while permits.take():
        pass


def test_without_a_permit_the_service_is_busy(
    client: FlaskClient, permits: Permits, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """503 with Retry-After and an OperationOutcome, before the body is read; the log says why."""
    take_all(permits)
    body = io.BytesIO(b"{}")
    answer = client.post(
        SIGN_OFF_PATH, input_stream=body, content_type="application/json", headers={"X-Request-Id": ID}
    )
    assert (answer.status_code, answer.headers["Retry-After"], body.tell()) == (503, "1", 0)
    assert answer.get_json()["issue"][0]["code"] == "transient"
    assert (answer.headers["X-Request-Id"], answer.headers["Cache-Control"]) == (ID, "no-store")
    [line] = log_lines()
    assert (line["event"], line["request_id"], line["status"], line["refused"]) == (
        "request",
        ID,
        503,
        "busy",
    )


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_who_looks_after_the_service_needs_no_permit(
    client: FlaskClient, permits: Permits, path: str
) -> None:
    """Health and readiness are answered when nothing else is."""
    take_all(permits)
    assert client.get(path).status_code == 200


def test_every_permit_comes_back(client: FlaskClient, permits: Permits) -> None:
    """After answers, refusals and bad requests no permit is taken."""
    for body in (golden_request(), {}, []):
        client.post(SIGN_OFF_PATH, json=body)
    client.get("/no-such-page")
    assert (permits.working, permits.waiting) == (0, 0)


def test_a_permit_comes_back_from_a_crash() -> None:
    """A request that raises has given its permit back."""
    permits = Permits(1)
    with pytest.raises(ZeroDivisionError), permits.lent():
        raise ZeroDivisionError
    assert (permits.working, permits.waiting) == (0, 0)


def test_who_waits_lends_the_permit_and_has_it_again() -> None:
    """While one waits another works; afterwards both have a permit, and no third gets one."""
    permits = Permits(1)
    assert permits.take()
    with permits.lent():
        assert permits.take()
        assert not permits.take()
    assert (permits.working, permits.take()) == (2, False)
    permits.give_back()
    assert not permits.take()
    permits.give_back()
    assert permits.take()


def test_only_so_many_permits_are_lent() -> None:
    """When too many wait, one more keeps its permit."""
    permits = Permits(2, most_waiting=1)
    assert permits.take()
    assert permits.take()
    with permits.lent(), permits.lent():
        assert (permits.working, permits.waiting) == (1, 1)
    assert (permits.working, permits.waiting) == (2, 0)


def test_waiting_for_the_body_needs_no_permit(client: FlaskClient, permits: Permits) -> None:
    """A caller who sends slowly keeps nobody out."""
    held: list[tuple[int, int]] = []

    class Slow(io.BytesIO):
        readinto = None  # type: ignore[assignment]

        def read(self, size: int | None = -1, /) -> bytes:
            held.append((permits.working, permits.waiting))
            return super().read(size)

        def __getattribute__(self, name: str) -> Any:
            if name == "readinto":
                raise AttributeError(name)
            return super().__getattribute__(name)

    client.post(SIGN_OFF_PATH, input_stream=Slow(b"{}"), content_type="application/json", content_length=2)
    assert set(held) == {(0, 1)}


def test_a_slow_fhir_server_keeps_nobody_out(tmp_path: Any) -> None:
    """With one permit, a call is answered while another still waits for its FHIR server."""
    asked, go_on = threading.Event(), threading.Event()

    def hold(_: object) -> bool:
        asked.set()
        go_on.wait(10)
        return False

    with StubServer() as server:
        fhir = StubFhir(server, prefetched_request())
        fhir.changed = hold
        settings = Settings(
            database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}",
            max_concurrent_requests=1,
            fhir_budget_ms=2000,
            development_fhir_servers=fhir.base,
        )
        app = create_app(settings, log=open_log(io.BytesIO()))
        statuses: list[int] = []

        def call() -> None:
            statuses.append(app.test_client().post(SIGN_OFF_PATH, json=bare_request(fhir)).status_code)

        slow = threading.Thread(target=call)
        slow.start()
        assert asked.wait(10)
        while not app.extensions["permits"].waiting:
            assert slow.is_alive()
        quick = app.test_client().post(SIGN_OFF_PATH, json=golden_request()).status_code
        go_on.set()
        slow.join(30)
        app.extensions["house"].close()
    assert (quick, statuses) == (200, [200])
