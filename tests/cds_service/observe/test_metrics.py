"""What each metric promises, seen on the page of a service that was called."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.observe.log import open_log
from cds_service.settings import Settings
from tests.cds_service.golden import (
    EMPTY_SEARCH,
    OPERATION_OUTCOME,
    SIGN_OFF_PATH,
    golden_request,
    prefetched_request,
)
from tests.cds_service.hooks.test_feedback_body import ACCEPTED, OVERRIDDEN
from tests.cds_service.observe.exposed import PREFIX, Page, value
from tests.cds_service.trust.production import Production

SIGN = "breast-calcification-report-sign"
FEEDBACK_PATH = f"{SIGN_OFF_PATH}/feedback"


@pytest.fixture
def page(app: Flask) -> Page:
    """The page of the service under test."""
    return Page(app)


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
