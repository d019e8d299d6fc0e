"""One worker works on so many requests at a time; one more hears at once that it is busy."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cds_service.admission import admit
from cds_service.app import create_app
from cds_service.observe.log import open_log
from cds_service.permits import PATIENCE, Permits
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


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the clock of the permits says, for a test to change."""
    now = [1000.0]
    monkeypatch.setattr("cds_service.permits.time.monotonic", lambda: now[0])
    return now


def take_all(permits: Permits) -> None:
    """Leave no permit, as if all were at work."""
    permits._inside = permits._most


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
    """After answers, refusals and bad requests no permit is taken, and nobody waits."""
    for body in (golden_request(), {}, []):
        client.post(SIGN_OFF_PATH, json=body)
    client.get("/no-such-page")
    assert (permits.inside, permits.lent) == (0, 0)


def test_a_crash_gives_its_permit_back() -> None:
    """An application that raises has no permit any more."""
    permits = Permits(1)

    def crash(environ: object, start_response: object) -> Any:
        raise ZeroDivisionError

    gate = admit(crash, permits, lambda environ, answer: None)
    with pytest.raises(ZeroDivisionError):
        gate({"PATH_INFO": "/cds-services", "wsgi.input": io.BytesIO()}, lambda *_: print)
    assert permits.inside == 0


def test_who_waits_for_long_lends_the_permit_and_has_it_again(moment: list[float]) -> None:
    """While one waits for long another is let in; afterwards both have a permit, and no third gets one."""
    permits = Permits(1)
    assert permits.take()
    wait = permits.leave()
    assert not permits.take()
    moment[0] += PATIENCE
    assert permits.take()
    assert not permits.take()
    permits.come_back(wait)
    assert (permits.inside, permits.lent, permits.take()) == (2, 0, False)
    permits.give_back()
    assert not permits.take()
    permits.give_back()
    assert permits.take()


def test_only_so_many_permits_are_lent(moment: list[float]) -> None:
    """When too many wait, one more keeps its permit, and gives it back like any other."""
    permits = Permits(2, most_waiting=1)
    assert permits.take()
    assert permits.take()
    waits = [permits.leave(), permits.leave()]
    moment[0] += PATIENCE
    assert permits.take()
    assert not permits.take()
    for wait in waits:
        permits.come_back(wait)
        permits.give_back()
    permits.give_back()
    assert (permits.inside, permits.lent) == (0, 0)


def test_calls_are_answered_in_the_order_in_which_they_came() -> None:
    """With one turn, those in line get it one after another; who comes back from waiting is the next."""
    permits, order = Permits(9, turns=1), list[str]()
    assert permits.take()
    returning = permits.leave()
    assert permits.take()

    def call(name: str) -> None:
        permits.take()
        order.append(name)
        permits.give_back()

    def come_back() -> None:
        permits.come_back(returning)
        order.append("returned")
        permits.give_back()

    threads = []
    for number, target in enumerate([lambda: call("first"), lambda: call("second"), come_back]):
        threads.append(threading.Thread(target=target))
        threads[-1].start()
        while len(permits._line) <= number:
            assert threads[-1].is_alive()
    permits.give_back()
    for thread in threads:
        thread.join(10)
    assert order == ["returned", "first", "second"]


def test_one_call_keeps_its_turn_for_a_moment_and_never_the_last() -> None:
    """Of two calls that read their bodies one keeps its turn; the next has the other's, and no third."""
    permits, came = Permits(9, turns=2), threading.Event()
    assert permits.take()
    assert permits.take()
    waits = [permits.leave(for_a_moment=True), permits.leave(for_a_moment=True)]
    assert permits.take()

    def come() -> None:
        permits.take()
        came.set()

    another = threading.Thread(target=come)
    another.start()
    while not permits._line:
        assert another.is_alive()
    permits.come_back(waits[0])
    assert not came.is_set()
    permits.give_back()
    assert came.wait(10)
    permits.give_back()
    permits.come_back(waits[1])
    assert (permits._free_turns, permits.leave(for_a_moment=True).has_turn) == (0, True)


def test_a_kept_turn_keeps_no_permit(moment: list[float]) -> None:
    """Who sends a body for long lends the permit like everybody who waits, and has the turn still."""
    permits = Permits(1, turns=2)
    assert permits.take()
    wait = permits.leave(for_a_moment=True)
    moment[0] += PATIENCE
    assert permits.take()
    permits.give_back()
    permits.come_back(wait)
    assert (permits.inside, permits.lent, permits._free_turns) == (1, 0, 1)


def test_a_body_on_its_way_keeps_no_turn() -> None:
    """While a caller sends slowly another has the last turn; the end of a body that is there is not waited
    for."""
    permits, seen = Permits(2, turns=1), list[object]()

    class Slow(io.BytesIO):
        def read(self, *size: Any) -> bytes:
            seen.append(permits.take())
            permits.give_back()
            return super().read(*size)

    def app(environ: Any, start_response: object) -> list[bytes]:
        stream = environ["wsgi.input"]
        seen.extend([stream.read(9), stream.read(9)])
        return []

    gate = admit(app, permits, lambda environ, answer: None)
    gate({"PATH_INFO": "/", "CONTENT_LENGTH": "2", "wsgi.input": Slow(b"{}")}, lambda *_: print)
    assert seen == [True, b"{}", b""]


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
        quick = 503
        while quick == 503:
            assert slow.is_alive()
            quick = app.test_client().post(SIGN_OFF_PATH, json=golden_request()).status_code
        go_on.set()
        slow.join(30)
        app.extensions["house"].close()
    assert (quick, statuses) == (200, [200])
