"""What the metrics of partners, tokens, the database and the workers promise."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from cards.guidance import MODEL_VERSION
from cds_service.app import create_app
from cds_service.observe.log import open_log
from cds_service.outgoing import register
from cds_service.outgoing.breaker import FAILURES
from cds_service.outgoing.medlineplus import SERVICE as MEDLINEPLUS
from cds_service.settings import Settings
from cds_service.storage import audit
from cds_service.storage import writer as writer_module
from cds_service.trust.house import House
from cds_service.version import __version__
from tests.cds_service.fhir.stub_fhir import StubFhir, bare_request, fhir
from tests.cds_service.fhir.test_bad_servers import lying
from tests.cds_service.golden import (
    OPERATION_OUTCOME,
    SIGN_OFF_PATH,
    prefetched_request,
)
from tests.cds_service.observe.exposed import Page
from tests.cds_service.storage.test_writer import ROW
from tests.cds_service.trust.production import OTHER, Production
from tests.stub_server import StubServer
from tests.tokens import signed


@pytest.fixture
def page(app: Flask) -> Page:
    """The page of the service under test."""
    return Page(app)


@pytest.fixture
def stub() -> Iterator[StubServer]:
    """A server on loopback."""
    with StubServer() as server:
        yield server


def house_of(app: Flask) -> House:
    """What the application shares."""
    house: House = app.extensions["house"]
    return house


def test_reads_from_a_fhir_server(tmp_path: Path, stub: StubServer) -> None:
    """fhir_reads: each read counts by its outcome, and its time is in the distribution."""
    server = StubFhir(stub, prefetched_request())
    server.changed = lying("Procedure", fhir(OPERATION_OUTCOME, 500))
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}",
        development_fhir_servers=server.base,
        fhir_budget_ms=2000,
    )
    app = create_app(settings, log=open_log(io.BytesIO()))
    page = Page(app)
    assert app.test_client().post(SIGN_OFF_PATH, json=bare_request(server)).status_code == 200
    app.extensions["house"].close()
    assert page.rise("fhir_reads_total", outcome="read") == 6
    assert page.rise("fhir_reads_total", outcome="error") == 1
    assert page.rise("fhir_read_duration_seconds_count") == 7


@pytest.mark.parametrize(
    ("partner", "base"), [("fhir", "https://fhir.example.org/r4"), ("medlineplus", MEDLINEPLUS.base)]
)
def test_partners_that_are_left_alone(app: Flask, page: Page, partner: str, base: str) -> None:
    """breakers_open: 1 while a partner is left alone, by its kind and never by its address."""
    assert page.now("breakers_open", partner=partner) == 0
    breaker = house_of(app).outgoing.breaker_of(register(base))
    for _ in range(FAILURES):
        breaker.failed()
    assert page.now("breakers_open", partner=partner) == 1
    assert page.now("breakers_open") == 1


def test_stores_that_are_left_alone(tmp_path: Path) -> None:
    """breakers_open: the database shows as two partners, for feedback and for the record of tokens."""
    service = Production(tmp_path)
    page = Page(service.app)
    trust = service.house.gate.trust
    assert trust is not None
    for _ in range(FAILURES):
        trust.replay._breaker.failed()
    assert [page.now("breakers_open", partner=each) for each in ("replay-store", "feedback-store")] == [1, 0]
    service.house.close()


def test_callers_turned_away(tmp_path: Path) -> None:
    """token_refusals: each 401 counts by its reason; a token used twice is ``replayed``."""
    service = Production(tmp_path)
    page = Page(service.app)
    token = signed()
    statuses = [service.call(token=each).status_code for each in (None, "forged", token, token)]
    service.house.close()
    assert statuses == [401, 401, 200, 401]
    for reason in ("no-token", "not-a-token", "replayed"):
        assert page.rise("token_refusals_total", reason=reason) == 1
    assert page.rise("token_refusals_total") == 3


def test_what_the_record_of_tokens_met(tmp_path: Path) -> None:
    """replay_events: a second use that was let in, and each call for which the memory decided alone."""
    registry = f'[[clients]]\nissuer = "{OTHER}"\njwks_file = "ehr.json"\nreplay = "log"\n'
    service = Production(tmp_path, registry)
    page = Page(service.app)
    token = signed(iss=OTHER)
    assert [service.call(token=token).status_code for _ in range(2)] == [200, 200]
    assert page.rise("replay_events_total", event="replayed") == 1
    with service.house.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE spent_token")
    assert service.call(token=signed(iss=OTHER, jti="x")).status_code == 200
    service.house.close()
    assert page.rise("replay_events_total", event="replay-store-down") == 1


def test_key_sets_that_cannot_be_fetched(tmp_path: Path, stub: StubServer) -> None:
    """key_set_failures: one for each fetch that brought no keys."""
    registry = f'[[clients]]\nissuer = "{OTHER}"\njwks_url = "https://127.0.0.1/jwks"\n'
    service = Production(tmp_path, registry, pinned=False)
    page = Page(service.app)
    trust = service.house.gate.trust
    assert trust is not None
    (held,) = trust.keys._held.values()
    trust.keys._start(OTHER, held).wait(10)
    assert page.rise("key_set_failures_total") == 1
    assert page.now("ready") == 0
    service.house.close()


def test_rows_that_wait_and_rows_that_are_lost(
    app: Flask, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """writer: what waits, what was lost and each trouble once, without a word of a row."""
    writer = house_of(app).writer
    monkeypatch.setattr(writer, "_thread", object())
    monkeypatch.setattr(writer_module, "MOST_WAITING", 2)
    for _ in range(5):
        writer.put(audit, ROW)
    assert page.now("writer_rows_waiting") == 2
    assert page.rise("writer_rows_lost_total") == 3
    assert page.rise("writer_events_total", event="rows-lost") == 1
    assert page.rise("writer_rows_lost_total") == 3, "what is lost counts once, however often it is looked at"
    monkeypatch.undo()


def test_what_runs(page: Page) -> None:
    """ready, workers, memory, build: one worker that can answer, its size, and what it is made of."""
    assert (page.now("ready"), page.now("workers")) == (1, 1)
    assert 30e6 < page.now("worker_resident_memory_bytes") < 3e9
    assert page.now("build_info", version=__version__, model_version=MODEL_VERSION) == 1
