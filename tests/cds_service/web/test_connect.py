"""Connect: the access token goes to the server that was named, and nowhere else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.demo import CASE
from cds_service.golden_cases import GOLDEN_DATE
from cds_service.observe.log import open_log
from cds_service.settings import Settings
from cds_service.web.words import words
from tests.cds_service.fhir.stub_fhir import StubFhir, fhir
from tests.cds_service.golden import prefetched_request
from tests.stub_server import StubServer

TOKEN = "canary-token.of~the+test/4711=="


@pytest.fixture
def protected() -> Iterator[StubFhir]:
    """A FHIR server that answers nobody without the token, and repeats a wrong one in what it says."""
    with StubServer() as server:
        stub = StubFhir(server, prefetched_request(CASE))

        def refused(handler: BaseHTTPRequestHandler) -> bool:
            sent = handler.headers.get("Authorization")
            if sent == f"Bearer {TOKEN}":
                return False
            said = {"severity": "error", "code": "login", "diagnostics": f"not let in: {sent}"}
            fhir({"resourceType": "OperationOutcome", "issue": [said]}, 401)(handler)
            return True

        stub.changed = refused
        yield stub


def test_a_protected_server_is_read_with_the_token(console: FlaskClient, protected: StubFhir):
    """With the token reports are listed and one is signed; every call carries it; no page shows it."""
    given = {"base": protected.base, "token": TOKEN}
    listed = console.post("/connect", data=given)
    signed = console.post("/connect", data=given | {"report": "mg-003"})
    assert (listed.status_code, signed.status_code) == (200, 200)
    assert 'name="report" value="mg-003"' in listed.text
    assert "usually category 4A or 4B, not category 2" in signed.text
    assert {each.headers.get("authorization") for each in protected.server.asked} == {f"Bearer {TOKEN}"}
    assert "canary" not in listed.text + signed.text


def test_a_token_may_be_pasted_with_its_scheme(console: FlaskClient, protected: StubFhir):
    """``Bearer`` before the token, and blanks around it, are left out."""
    answer = console.post("/connect", data={"base": protected.base, "token": f" Bearer {TOKEN} \n"})
    assert 'name="report" value="mg-003"' in answer.text


def test_without_a_token_none_is_sent(console: FlaskClient, protected: StubFhir):
    """An empty field sends no Authorization, and the refusal of the server is told."""
    answer = console.post("/connect", data={"base": protected.base, "token": ""})
    assert answer.status_code == 400
    assert words("en")["refused"]["server_unusable"] in answer.text
    assert [each.headers.get("authorization") for each in protected.server.asked] == [None]


def test_what_a_server_repeats_of_the_token_is_left_out(console: FlaskClient, protected: StubFhir):
    """A server that names the refused token in its answer brings it into no page."""
    wrong = {"base": protected.base, "token": "canary-of-somebody-else"}
    listed = console.post("/connect", data=wrong)
    signed = console.post("/connect", data=wrong | {"report": "mg-003"})
    assert "not let in: Bearer [token]" in listed.text
    assert "canary" not in listed.text + signed.text


def test_a_prefetch_that_repeats_the_token_is_left_out(console: FlaskClient, protected: StubFhir):
    """A key that fails with the token in its OperationOutcome shows it in no note and no request."""
    before = protected.changed

    def repeated(handler: BaseHTTPRequestHandler) -> bool:
        if "/Condition" not in handler.path:
            return before(handler)
        said = {"severity": "error", "code": "forbidden", "diagnostics": f"no scope: {TOKEN}"}
        fhir({"resourceType": "OperationOutcome", "issue": [said]}, 403)(handler)
        return True

    protected.changed = repeated
    given = {"base": protected.base, "token": TOKEN, "report": "mg-003"}
    english = console.post("/connect", data=given).text
    spanish = console.post("/connect?lang=es", data=given).text
    assert "was answered with 403 no scope: [token]" in english
    assert "No se leyó: conditions." in spanish
    assert "canary" not in english + spanish


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ñ", "a" * 8193, "=", '"quoted"'])
def test_what_is_no_token_is_sent_to_nobody(console: FlaskClient, protected: StubFhir, token: str):
    """A text that no header may carry is refused with a sentence before any call."""
    answer = console.post("/connect", data={"base": protected.base, "token": token})
    assert answer.status_code == 400
    assert "That is no access token." in answer.text
    assert protected.server.asked == []


@pytest.mark.parametrize(
    "base", ["http://example.org/fhir", "http://169.254.169.254/fhir", "https://me@127.0.0.1/fhir"]
)
def test_a_token_changes_nothing_about_who_may_be_called(console: FlaskClient, base: str):
    """With a token, too, plain http to other machines and an address with a user are refused."""
    answer = console.post("/connect", data={"base": base, "token": TOKEN})
    assert answer.status_code == 400
    assert words("en")["refused"]["bad_address"] in answer.text
    assert "canary" not in answer.text


def test_the_token_is_kept_nowhere(protected: StubFhir, tmp_path: Path):
    """Neither the log nor the database of the service holds a piece of it."""
    log = io.BytesIO()
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    app = create_app(settings, today=lambda: GOLDEN_DATE, log=open_log(log))
    given = {"base": protected.base, "token": TOKEN, "report": "mg-003"}
    assert app.test_client().post("/connect", data=given).status_code == 200
    app.extensions["house"].close()
    kept = log.getvalue() + b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert kept
    assert b"canary" not in kept


def test_problems_are_told_in_spanish(console: FlaskClient, protected: StubFhir):
    """What reading met is said in the language of the page."""
    protected.resources["Observation"][0].pop("bodySite", None)
    protected.resources["DiagnosticReport"][0]["result"].append({"reference": "Observation/gone"})
    given = {"base": protected.base, "token": TOKEN, "report": "mg-003"}
    spanish = console.post("/connect?lang=es", data=given).text
    assert '<span lang="es">Algo que cita el informe no llegó.</span>' in spanish
    english = console.post("/connect?lang=en", data=given).text
    assert '<span lang="es">' not in english
