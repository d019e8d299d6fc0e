"""What each metric promises, seen on the page of a service that was called."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

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
    EMPTY_SEARCH,
    OPERATION_OUTCOME,
    SIGN_OFF_PATH,
    golden_request,
    prefetched_request,
)
from tests.cds_service.hooks.test_feedback_body import ACCEPTED, OVERRIDDEN
from tests.cds_service.observe.exposed import value
from tests.cds_service.storage.test_writer import ROW
from tests.cds_service.trust.production import OTHER, Production
from tests.stub_server import StubServer
from tests.tokens import signed

SIGN = "breast-calcification-report-sign"
FEEDBACK_PATH = f"{SIGN_OFF_PATH}/feedback"
PREFIX = "calcification_cds_"


class Page:
    """The page of one service; ``rise`` is what a series has gained since the page was made."""

    def __init__(self, app: Flask) -> None:
        self._counts = app.extensions["metrics"].counts
        self._before = self._text()

    def _text(self) -> str:
        return str(self._counts.page("")[0], "utf-8")

    def now(self, name: str, **labels: str) -> float:
        """The value now."""
        return value(self._text(), PREFIX + name, **labels)

    def rise(self, name: str, **labels: str) -> float:
        """How much the value rose."""
        return self.now(name, **labels) - value(self._before, PREFIX + name, **labels)


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


def test_requests_by_route_and_status(client: FlaskClient, page: Page) -> None:
    """requests: each answer counts once, under the pattern of its address and its status."""
    client.post(SIGN_OFF_PATH, json=golden_request())
    client.post(SIGN_OFF_PATH, json={})
    client.get("/nowhere/4711")
    client.get("/evidence/rules/R-CC-01")
    assert page.rise("requests_total", route=SIGN_OFF_PATH, status="200") == 1
    assert page.rise("requests_total", route=SIGN_OFF_PATH, status="400") == 1
    assert page.rise("requests_total", route="unknown", status="404") == 1
    assert page.rise("requests_total", route="/evidence/rules/<rule_id>", status="200") == 1
    assert page.rise("requests_total") == 4


def test_durations_by_route(client: FlaskClient, page: Page) -> None:
    """request_duration: each answer is in the distribution of its route, below ten seconds."""
    client.post(SIGN_OFF_PATH, json=golden_request())
    for name, labels in (("count", {}), ("bucket", {"le": "10.0"}), ("bucket", {"le": "+Inf"})):
        assert page.rise(f"request_duration_seconds_{name}", route=SIGN_OFF_PATH, **labels) == 1


def test_requests_that_were_shed(tmp_path: Path, page: Page) -> None:
    """requests_shed: a request without a permit counts here; it reaches no route."""
    app = create_app(
        Settings(database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}", max_concurrent_requests=1),
        log=open_log(io.BytesIO()),
    )
    assert app.extensions["permits"].take()
    assert app.test_client().get("/cds-services").status_code == 503
    app.extensions["house"].close()
    assert (page.rise("requests_shed_total"), page.rise("requests_total")) == (1, 0)


def test_cards_and_the_rules_behind_them(client: FlaskClient, page: Page) -> None:
    """cards, card_rules: each card counts once by its indicator and once for each of its rules."""
    cards = client.post(SIGN_OFF_PATH, json=golden_request()).get_json()["cards"]
    assert page.rise("cards_total", service=SIGN) == len(cards) > 0
    first = cards[0]
    rules = first["extension"]["org.calcification-cds.card"]["rules"]
    for rule in rules:
        assert page.rise("card_rules_total", service=SIGN, rule=rule, indicator=first["indicator"]) >= 1
    behind = [rule for card in cards for rule in card["extension"]["org.calcification-cds.card"]["rules"]]
    assert page.rise("card_rules_total", service=SIGN) == len(behind)
    assert page.rise("card_rules_total", rule="other") == 0


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ("as it came", "data"),
        ("cut", "cut"),
        (EMPTY_SEARCH, "empty"),
        (None, "null"),
        (OPERATION_OUTCOME, "outcome"),
        ("left out", "absent"),
    ],
    ids=str,
)
def test_what_came_with_requests(client: FlaskClient, page: Page, given: Any, state: str) -> None:
    """prefetch: each place counts once a request, by what stood there when it came."""
    request = prefetched_request()
    if given == "cut":
        request["prefetch"]["observations"]["total"] = 99
    elif given == "left out":
        del request["prefetch"]["observations"]
    elif given != "as it came":
        request["prefetch"]["observations"] = given
    client.post(SIGN_OFF_PATH, json=request)
    assert page.rise("prefetch_total", place="prefetch.observations", state=state, service=SIGN) == 1
    assert page.rise("prefetch_total", service=SIGN) == 7


def test_what_came_counts_also_where_no_answer_was_possible(client: FlaskClient, page: Page) -> None:
    """prefetch: a 412 for a report that did not come shows as an absent report."""
    request = prefetched_request()
    del request["prefetch"]["report"]
    request["prefetch"]["reports"] = EMPTY_SEARCH
    assert client.post(SIGN_OFF_PATH, json=request).status_code == 412
    assert page.rise("prefetch_total", place="prefetch.report", state="absent") == 1


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


def test_feedback_by_outcome_and_reason(client: FlaskClient, page: Page) -> None:
    """feedback: outcomes count by service; a reason is named when it is of our list, else it is ``other``."""
    own = {
        "system": "https://calcification-cds.org/fhir/CodeSystem/override-reason",
        "code": "unsafe-or-wrong-advice",
    }
    items = [
        ACCEPTED,
        OVERRIDDEN | {"overrideReason": {"reason": own}},
        OVERRIDDEN | {"overrideReason": {"reason": own | {"system": "https://jane.example"}}},
        OVERRIDDEN | {"overrideReason": {"reason": own | {"code": "Jane Doe"}}},
        OVERRIDDEN | {"overrideReason": {"userComment": "Jane Doe"}},
    ]
    assert client.post(FEEDBACK_PATH, json={"feedback": items}).status_code == 200
    assert page.rise("feedback_total", service=SIGN, outcome="accepted", reason="none") == 1
    for reason, times in (("unsafe-or-wrong-advice", 1), ("other", 2), ("none", 1)):
        assert page.rise("feedback_total", outcome="overridden", reason=reason) == times, reason
    assert page.rise("feedback_total") == 5


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
    monkeypatch.setattr(writer._queue, "maxsize", 2)
    for _ in range(5):
        writer.put(audit, ROW)
    assert writer_module.MOST_WAITING > 2
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


def test_a_series_of_events_begins_at_zero(page: Page) -> None:
    """A first event shows in a rate over time: the series was there before it."""
    for name, labels in (
        ("feedback_total", {"outcome": "overridden", "reason": "unsafe-or-wrong-advice", "service": SIGN}),
        ("token_refusals_total", {"reason": "no-keys"}),
        ("requests_total", {"route": SIGN_OFF_PATH, "status": "500"}),
        ("replay_events_total", {"event": "replay-store-down"}),
        ("writer_events_total", {"event": "rows-lost"}),
        ("fhir_reads_total", {"outcome": "timeout"}),
    ):
        assert f"{PREFIX}{name}{{" in page._text()
        assert page.now(name, **labels) >= 0
        found = [each for each in page._text().splitlines() if each.startswith(PREFIX + name)]
        assert any(all(f'{key}="{value}"' in each for key, value in labels.items()) for each in found), name


def test_development_shows_the_page_on_the_services_own_port(client: FlaskClient) -> None:
    """Whoever tries the service out reads /metrics beside it."""
    response = client.get("/metrics")
    assert (response.status_code, response.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert value(response.text, "calcification_cds_workers") == 1


def test_production_shows_no_metrics_on_the_services_port(tmp_path: Path) -> None:
    """There is no such address, with a port of its own for the metrics and without."""
    for settings in ({}, {"metrics_port": 9464}):
        service = Production(tmp_path, **settings)
        assert service.call("/metrics").status_code == 404
        service.house.close()


def test_the_log_and_the_page_tell_the_same(
    client: FlaskClient, page: Page, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """Route, status and number of cards of a log line are those that were counted."""
    client.post(SIGN_OFF_PATH, json=golden_request())
    (line,) = [each for each in log_lines() if each["event"] == "request"]
    assert page.rise("requests_total", route=line["route"], status=str(line["status"])) == 1
    assert page.rise("cards_total") == line["cards"]
