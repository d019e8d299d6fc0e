"""The whole way with a FHIR server behind the request: cards, audit and log."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cards.writing.texts import texts
from cds_service.app import create_app
from cds_service.errors import SettingsRefused
from cds_service.hooks.services import services
from cds_service.observe.log import open_log
from cds_service.settings import Settings, refuse_unsafe
from cds_service.storage import audit
from tests.cds_service.fhir.stub_fhir import TOKEN, StubFhir, bare_request, fhir
from tests.cds_service.fhir.test_bad_servers import lying
from tests.cds_service.golden import OPERATION_OUTCOME, SIGN_OFF_PATH, prefetched_request

GUIDANCE = "org.calcification-cds.guidance"


@pytest.fixture
def app(server: StubFhir, log_stream: io.BytesIO, tmp_path: Path) -> Iterator[Flask]:
    """The service in the development profile, which may read the test's server."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}",
        development_fhir_servers=server.base,
        fhir_budget_ms=2000,
    )
    app = create_app(settings, log=open_log(log_stream))
    yield app
    app.extensions["house"].close()


def guidance_of(app: Flask, body: Any) -> Any:
    """Post a sign-off and give the guidance of the answer."""
    response = app.test_client().post(SIGN_OFF_PATH, json=body)
    assert response.status_code == 200
    return response.get_json()["extension"][GUIDANCE]


@pytest.mark.requirement("CH-087")
def test_read_data_give_the_same_guidance_as_prefetched_data(app: Flask, server: StubFhir) -> None:
    """CH-087: it does not matter on which way the data come."""
    assert guidance_of(app, bare_request(server)) == guidance_of(app, prefetched_request())


def test_what_could_not_be_read_is_in_the_answer(app: Flask, server: StubFhir) -> None:
    """R-DQ-14 fires, and the problem names the key that is missing."""
    server.changed = lying("Procedure", fhir(OPERATION_OUTCOME, 500))
    guidance = guidance_of(app, bare_request(server))
    assert "R-DQ-14" in [rule["id"] for rule in guidance["rules"]]
    assert ("prefetch.procedures", "not-read-procedures") in [
        (each["location"], each["code"]) for each in guidance["problems"]
    ]


@pytest.mark.requirement("CH-088")
def test_each_read_is_audited_and_counted_and_the_token_is_nowhere(
    app: Flask, server: StubFhir, log_stream: io.BytesIO, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """CH-088: the audit has server, query and patient of each read, the log numbers, nothing the token."""
    server.changed = lying("Procedure", fhir(OPERATION_OUTCOME, 500))
    guidance_of(app, bare_request(server))
    house = app.extensions["house"]
    house.writer.flush()
    with house.engine.connect() as connection:
        rows = connection.execute(select(audit).where(audit.c.event == "fhir-read")).mappings().all()
    assert {row["detail"]["query"].partition("?")[0].partition("/")[0] for row in rows} == {
        "Condition",
        "DiagnosticReport",
        "Observation",
        "Patient",
        "Procedure",
        "ServiceRequest",
    }
    assert {(row["detail"]["server"], row["detail"]["patient"]) for row in rows} == {
        (server.base, "Patient/pat-003")
    }
    assert [row["outcome"] for row in rows if "Procedure" in row["detail"]["query"]] == ["8"]
    [line] = [each for each in log_lines() if each["event"] == "request"]
    assert (line["fhir_reads"], line["fhir_failed"]) == (7, 1)
    assert TOKEN.encode() not in log_stream.getvalue()
    assert TOKEN not in str(rows)


@pytest.mark.requirement("CH-089")
def test_a_server_that_is_not_registered_is_said_in_the_log(
    app: Flask, server: StubFhir, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """CH-089: the answer is 412 without a call, and the operator can see why."""
    body = bare_request(server) | {"fhirServer": "https://fhir.example.org/r4"}
    response = app.test_client().post(SIGN_OFF_PATH, json=body)
    assert (response.status_code, server.asked(), log_lines()[-1]["fhir"]) == (412, [], "not-registered")


@pytest.mark.parametrize("base", ["http://10.0.0.1/fhir", "ftp://127.0.0.1/", "nonsense"])
def test_an_unusable_server_stops_the_start(base: str, tmp_path: Path) -> None:
    """An address that could never be called is refused when the service starts, without repeating it."""
    with pytest.raises(SettingsRefused, match="DEVELOPMENT_FHIR_SERVERS: address 1") as refused:
        create_app(Settings(development_fhir_servers=base))
    assert base not in str(refused.value)


def test_production_knows_no_servers_for_everybody() -> None:
    """In production FHIR servers belong to a client; a list for all is refused."""
    with pytest.raises(SettingsRefused, match="DEVELOPMENT_FHIR_SERVERS"):
        refuse_unsafe(Settings(profile="production", development_fhir_servers="https://fhir.example.org"))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_card_has_words_for_each_key(language: str) -> None:
    """Whatever key a service asks for, the card can say that it could not be read."""
    keys = {key for service in services("org.example.report-sign").values() for key in service.prefetch}
    assert {f"not-read-{key}" for key in keys} <= texts(language).tables["problem"].keys()
