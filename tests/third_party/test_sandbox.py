"""Everything that the public CDS Hooks sandbox sends, replayed over real sockets, without and with TLS."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import pytest
from sqlalchemy import select

from cds_service.golden_cases import fixtures_folder
from cds_service.hooks.services import PATIENT_VIEW
from cds_service.storage import open_engine
from cds_service.storage.tables import feedback
from tests.golden import PUBLIC_URL
from tests.third_party.conftest import StandIns
from tests.third_party.golden_cards import golden, same_everywhere
from tests.third_party.programs import Answered, Server
from tests.third_party.sandbox import SANDBOX, SANDBOX_ORIGIN

CASE = "patient-opened-two-months-after-a-probably-benign-report"
DISCOVERY = "/cds-services"
SERVICE = f"{DISCOVERY}/{PATIENT_VIEW.id}"
FEEDBACK = f"{SERVICE}/feedback"
SIGNER = "Practitioner/COREPRACTITIONER1"
# What the sandbox asks FHIR servers for: a type of DSTU2's days.
ACCEPT = "application/json+fhir"


@pytest.fixture(params=["service", "production"])
def ours(request: pytest.FixtureRequest, stand_ins: StandIns) -> Server:
    """Our service in the development profile, and in production over TLS with registered clients."""
    server: Server = getattr(stand_ins, request.param)
    return server


def _post(ours: Server, path: str, body: object) -> Answered:
    return ours.ask(path, "POST", body, **SANDBOX.headers(f"{ours.base}{path}"))


def _golden_context() -> dict[str, str]:
    context: dict[str, str] = json.loads((fixtures_folder() / CASE / "request.json").read_bytes())["context"]
    return context


def _prefetch(fhir: Server, templates: dict[str, str]) -> dict[str, Any]:
    """Fill templates as the sandbox does: searches by POST, then by GET; what fails is left out."""
    filled = {}
    for key, template in templates.items():
        query = template.replace("{{context.patientId}}", _golden_context()["patientId"])
        kind, _, parameters = query.partition("?")
        answers = []
        if parameters:
            form = urlencode(parse_qsl(parameters)).encode()
            type_of_form = "application/x-www-form-urlencoded"
            answers.append(
                fhir.ask(f"/{kind}/_search", "POST", form, Accept=ACCEPT, Content_Type=type_of_form)
            )
        if not answers or answers[-1].status != 200:
            answers.append(fhir.ask(f"/{query}", Accept=ACCEPT))
        if answers[-1].status == 200:
            filled[key] = answers[-1].json
    return filled


def _view(ours: Server, fhir: Server, **changes: Any) -> Answered:
    discovered = ours.ask(DISCOVERY, **SANDBOX.headers(f"{ours.base}{DISCOVERY}")).json["services"]
    chosen = next(each for each in discovered if each["id"] == PATIENT_VIEW.id)
    body = {
        "hookInstance": str(uuid4()),
        "hook": "patient-view",
        "fhirServer": fhir.base,
        "context": {"patientId": _golden_context()["patientId"], "userId": SIGNER},
        "prefetch": _prefetch(fhir, chosen["prefetch"]),
    }
    return _post(ours, SERVICE, body | changes)


@pytest.mark.parametrize(
    ("path", "method", "asked"),
    [
        (DISCOVERY, "GET", "authorization"),
        (SERVICE, "POST", "authorization,content-type"),
        (FEEDBACK, "POST", "authorization,content-type"),
    ],
    ids=["discovery", "service", "feedback"],
)
def test_its_preflights_are_answered(ours: Server, path: str, method: str, asked: str) -> None:
    """The preflight carries no token and is answered with what it asks for (CH-191)."""
    answer = ours.ask(
        path,
        "OPTIONS",
        Origin=SANDBOX_ORIGIN,
        Access_Control_Request_Method=method,
        Access_Control_Request_Headers=asked,
    )
    headers = {name.lower(): value.lower() for name, value in answer.headers.items()}
    assert (answer.status, headers["access-control-allow-origin"]) == (204, SANDBOX_ORIGIN)
    assert method.lower() in headers["access-control-allow-methods"].split(", ")
    assert set(asked.split(",")) <= set(headers["access-control-allow-headers"].split(", "))


def test_its_prefetch_gives_the_golden_cards(ours: Server, fhir_server: Server) -> None:
    """Discovery, prefetch by POST _search, a signer whom no server knows, an address without a token:
    the cards of the golden case, readable for the page."""
    answer = _view(ours, fhir_server)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, SANDBOX_ORIGIN)
    text = answer.body.decode().replace(ours.base, PUBLIC_URL).replace(SIGNER, _golden_context()["userId"])
    assert same_everywhere(json.loads(text)) == golden(CASE)


def test_a_key_that_it_left_out_is_said(ours: Server, stand_ins: StandIns) -> None:
    """Without its observations the report is not taken for one that has no finding."""
    discovered = ours.ask(DISCOVERY, **SANDBOX.headers(f"{ours.base}{DISCOVERY}")).json["services"]
    chosen = next(each for each in discovered if each["id"] == PATIENT_VIEW.id)
    prefetch = _prefetch(stand_ins.sekmet, chosen["prefetch"])
    del prefetch["observations"]
    answer = _view(ours, stand_ins.sekmet, prefetch=prefetch)
    guidance = answer.json["extension"]["org.calcification-cds.guidance"]
    assert "R-DQ-14" in [rule["id"] for rule in guidance["rules"]]


def test_another_hook_than_the_service_is_for_is_named(ours: Server, stand_ins: StandIns) -> None:
    """It can be made to post report-sign to patient-view: 400 that the page may read (CH-051, CH-193)."""
    answer = _view(ours, stand_ins.sekmet, hook="report-sign")
    assert (answer.status, answer.json["issue"][0]["expression"]) == (400, ["hook"])
    assert answer.headers["Access-Control-Allow-Origin"] == SANDBOX_ORIGIN


def test_production_wants_its_token_and_takes_it_once(stand_ins: StandIns) -> None:
    """No token and a token that was seen before give the same bare 401 (CH-170, CH-176, CH-181)."""
    production = stand_ins.production
    headers = SANDBOX.headers(f"{production.base}{DISCOVERY}")
    first = production.ask(DISCOVERY, **headers)
    again = production.ask(DISCOVERY, **headers)
    without = production.ask(DISCOVERY, Origin=SANDBOX_ORIGIN)
    assert (first.status, again.status, without.status) == (200, 401, 401)
    assert again.body == without.body == b""


def _feedback(kind: str, card: dict[str, Any]) -> dict[str, Any]:
    """One click, as the sandbox reports it."""
    item: dict[str, Any] = {"card": card["uuid"], "outcomeTimestamp": "2026-05-04T12:01:00.000Z"}
    if kind == "accepted":
        suggestion = {"id": card["suggestions"][0]["uuid"]}
        return {"feedback": [item | {"outcome": "accepted", "acceptedSuggestions": [suggestion]}]}
    item["outcome"] = "overridden"
    if kind == "dismissed with a reason":
        reason = {name: card["overrideReasons"][0][name] for name in ("code", "system")}
        item["overrideReason"] = {"reason": reason}
    return {"feedback": [item]}


@pytest.mark.parametrize("kind", ["accepted", "dismissed with a reason", "dismissed without a reason"])
def test_its_feedback_is_taken(ours: Server, stand_ins: StandIns, kind: str) -> None:
    """A click on a suggestion and both kinds of dismissal, each about a card it was given: 200, and it is in
    the database with the reason's code (CH-155, CH-160)."""
    card = next(each for each in _view(ours, stand_ins.sekmet).json["cards"] if "suggestions" in each)
    answer = _post(ours, FEEDBACK, _feedback(kind, card))
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, SANDBOX_ORIGIN)
    engine = open_engine(f"sqlite:///{ours.log.with_suffix('.sqlite3')}")
    with engine.connect() as connection:
        row = connection.execute(select(feedback).where(feedback.c.card == card["uuid"])).mappings().one()
    engine.dispose()
    reason = card["overrideReasons"][0]["code"] if kind == "dismissed with a reason" else ""
    suggested = [card["suggestions"][0]["uuid"]] if kind == "accepted" else []
    assert (row["service"], row["reason_code"]) == (PATIENT_VIEW.id, reason)
    assert row["accepted_suggestions"] == suggested
