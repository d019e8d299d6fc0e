"""fhirServer and fhirAuthorization: our service in production reads SEKMET over TLS with a bearer token."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

import pytest

from cds_service.golden_cases import fixtures_folder
from cds_service.hooks.services import REPORT_SIGN
from tests.golden import PUBLIC_URL
from tests.serving import SOON
from tests.third_party.conftest import TOKEN, StandIns
from tests.third_party.golden_cards import golden, same_everywhere
from tests.third_party.programs import Answered
from tests.third_party.sandbox import SANDBOX

SERVICE = f"/cds-services/{REPORT_SIGN.id}"
CASE = "biopsy-advised-last-year-not-done-now-called-benign"


def _sign(stand_ins: StandIns, *keys: str, fhir: str = "", token: str = TOKEN) -> Answered:
    """Post a sign-off with some keys of its prefetch, and the right to read the rest."""
    production = stand_ins.production
    request: dict[str, Any] = json.loads((fixtures_folder() / CASE / "request.json").read_bytes())
    prefetch = {key: request["prefetch"][key] for key in keys}
    access = {
        "fhirServer": fhir or stand_ins.guarded_sekmet.base,
        "fhirAuthorization": {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "patient/*.rs",
            "subject": "cds-service",
        },
    }
    body = request | access | {"hookInstance": str(uuid4()), "prefetch": prefetch}
    return production.ask(SERVICE, "POST", body, **SANDBOX.headers(f"{production.base}{SERVICE}"))


@pytest.mark.parametrize(
    "keys",
    [(), ("report",), ("report", "patient", "reports"), ("observations", "orders", "conditions")],
    ids=lambda keys: " ".join(keys) or "nothing",
)
def test_whatever_did_not_come_is_read(stand_ins: StandIns, keys: tuple[str, ...]) -> None:
    """Any part of the prefetch may be missing: the rest is read, and the cards are the golden ones."""
    answer = _sign(stand_ins, *keys)
    assert answer.status == 200, answer.body
    text = answer.body.decode().replace(stand_ins.production.base, PUBLIC_URL)
    text = text.replace(f"{stand_ins.guarded_sekmet.base}/", "")
    assert same_everywhere(json.loads(text)) == golden(CASE)


def test_a_token_that_the_server_refuses(stand_ins: StandIns) -> None:
    """Nothing came and nothing may be read: 412 that says so, without the token."""
    answer = _sign(stand_ins, token="wrong-token-91")
    assert answer.status == 412
    assert "does not permit it" in answer.json["issue"][0]["diagnostics"]
    assert b"wrong-token-91" not in answer.body


def test_a_server_that_is_not_registered_is_not_called(stand_ins: StandIns) -> None:
    """The open server next door is not this client's: it sees no call (CH-089)."""
    before = stand_ins.sekmet.log.read_text().count("GET ")
    answer = _sign(stand_ins, fhir=stand_ins.sekmet.base)
    assert answer.status == 412
    assert stand_ins.sekmet.log.read_text().count("GET ") == before


def test_no_token_is_in_the_log(stand_ins: StandIns) -> None:
    """After calls with both tokens the service's log holds neither (CH-088, CH-183)."""
    _sign(stand_ins)
    _sign(stand_ins, token="wrong-token-91")
    time.sleep(SOON)
    log = stand_ins.production.log.read_text()
    assert '"fhir_reads"' in log
    assert [word for word in (TOKEN, "wrong-token-91", "eyJ") if word in log] == []
