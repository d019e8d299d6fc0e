from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cds_service.hooks.line import utc_date
from tests.cds_service.golden import golden_request
from tests.cds_service.trust.production import SIGN_OFF, Production
from tests.tokens import ISSUER, PUBLIC_URL, ec_key, signed

CANARY = "canary7391"
PATIENT, REPORT, USER = "pat-allowed", "rep-allowed", "Practitioner/user-allowed"
# Where a reference may stand, because that is what an audit is for.
ALLOWED_IN_AUDIT = {f"Patient/{PATIENT}", f"DiagnosticReport/{REPORT}", USER}


def marked(value: Any) -> Any:
    """Every text that a person wrote, and every id, replaced by the marker."""
    if isinstance(value, dict):
        return {
            name: f"{each} {CANARY}" if name in ("display", "text", "div", "family") else marked(each)
            for name, each in value.items()
        }
    return [marked(each) for each in value] if isinstance(value, list) else value


def metrics_of(service: Production) -> str:
    """The page of metrics of a service."""
    return str(service.app.extensions["metrics"].counts.page("")[0], "utf-8")


def requests_with_canaries() -> dict[str, tuple[bytes, int]]:
    """Good, bad and failing requests: name -> body and status."""
    request = golden_request()
    patient, report = request["context"]["patientId"], request["context"]["reportId"]
    text = json.dumps(marked(request)).replace(f"Patient/{patient}", f"Patient/{PATIENT}")
    body = json.loads(text.replace(f'"{patient}"', f'"{PATIENT}"').replace(f'"{report}"', f'"{REPORT}"'))
    body["context"]["userId"] = USER
    body["fhirServer"] = f"https://{CANARY}.example/fhir"
    body["fhirAuthorization"] = {
        "access_token": f"secret-{CANARY}",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.read",
        "subject": CANARY,
    }
    other = json.loads(json.dumps(body))
    other["context"]["patientId"] = "other-allowed"
    wrong = json.loads(json.dumps(body))
    wrong["context"]["status"] = CANARY
    gone = {**body, "context": {**body["context"], "report": None}, "prefetch": {}}
    return {
        "good": (json.dumps(body).encode(), 200),
        "not JSON": (b'{"hook": "' + CANARY.encode(), 400),
        "another patient": (json.dumps(other).encode(), 400),
        "a wrong member": (json.dumps(wrong).encode(), 400),
        "an unknown hook": (json.dumps({**body, "hook": CANARY}).encode(), 400),
        "no data": (json.dumps(gone).encode(), 412),
        "a crash": (json.dumps(body).encode(), 500),
    }


@pytest.mark.requirement("CH-088", "CH-165", "CH-183")
@pytest.mark.parametrize("name", requests_with_canaries())
def test_nothing_of_a_request_is_written_down(name: str, tmp_path: Path) -> None:
    """No text, id, token or header of a request is in a log line, an error, an audit line, a database row or
    a metric, but for the references that the audit is for."""
    body, status = requests_with_canaries()[name]

    def crash() -> date:
        raise ValueError(f"crashed on {CANARY}")

    today = crash if name == "a crash" else utc_date
    service = Production(tmp_path, audit_file=tmp_path / "audit.jsonl", today=today)
    token = signed(aud=f"{PUBLIC_URL}{SIGN_OFF}", sub=CANARY, name=CANARY)
    headers = [("User-Agent", CANARY), ("Cookie", CANARY), ("X-Request-Id", CANARY), ("Origin", CANARY)]
    response = service.call(
        SIGN_OFF,
        token,
        headers=headers,
        method="POST",
        data=body,
        content_type="application/json",
        query_string={"q": CANARY},
    )
    assert response.status_code == status
    service.house.writer.flush()
    service.house.close()
    written = service.stream.getvalue().decode()
    lines = (tmp_path / "audit.jsonl").read_text() if (tmp_path / "audit.jsonl").exists() else ""
    with sqlite3.connect(tmp_path / "cds.sqlite3") as database:
        rows = "\n".join(database.iterdump())
    error = response.get_data(as_text=True) if status >= 400 else ""
    counted = metrics_of(service)
    places = {"log": written, "audit": lines, "database": rows, "error": error, "metrics": counted}
    for place, text in places.items():
        assert CANARY not in text, place
        assert token not in text, place
        assert token.split(".")[2] not in text, place
    assert [each for each in (PATIENT, REPORT, "user-allowed") if each in written + error + counted] == []
    if name == "good":
        detail = json.loads(lines)["detail"]
        assert {detail["patient"], detail["report"], detail["user"]} == ALLOWED_IN_AUDIT


@pytest.mark.requirement("CH-165")
def test_nothing_of_feedback_is_written_down_but_its_codes(tmp_path: Path) -> None:
    """A comment, a foreign reason and the id of a card are in no log line, audit row or metric."""
    service = Production(tmp_path)
    path = f"{SIGN_OFF}/feedback"
    reason = {"system": f"https://{CANARY}.example", "code": CANARY, "display": CANARY}
    item = {
        "card": CANARY,
        "outcome": "overridden",
        "outcomeTimestamp": "2026-05-04T12:00:00Z",
        "overrideReason": {"reason": reason, "userComment": CANARY},
    }
    response = service.call(path, signed(aud=f"{PUBLIC_URL}{path}"), {"feedback": [item]})
    assert response.status_code == 200
    audited = json.dumps(service.audit_rows(), default=str)
    assert CANARY not in service.stream.getvalue().decode() + audited + metrics_of(service)
    service.house.close()


@pytest.mark.requirement("CH-183")
def test_nothing_of_a_refused_token_is_written_down(tmp_path: Path) -> None:
    """A forged token leaves its reason and the names it gave itself, when they look like names."""
    service = Production(tmp_path)
    tokens = [
        signed(ec_key("stranger"), sub=CANARY),
        signed(sub=CANARY, aud=CANARY),
        signed(sub=CANARY, iss=f"Jane Doe {CANARY}"),
        signed(sub=CANARY, tenant={"x": CANARY}),
    ]
    for token in tokens:
        service.call(token=token)
    service.house.writer.flush()
    written = service.stream.getvalue().decode() + json.dumps(service.audit_rows(), default=str)
    assert CANARY not in written + metrics_of(service)
    assert [each for each in tokens if each.split(".")[1] in written] == []
    assert ISSUER in written
    service.house.close()
