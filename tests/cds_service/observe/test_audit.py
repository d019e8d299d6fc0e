from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from fhir.resources.R4B.auditevent import AuditEvent

from cds_service.call import Call
from cds_service.cli import main
from cds_service.observe.audit import audit_fhir_read
from tests.cds_service.golden import golden_request
from tests.cds_service.trust.production import SIGN_OFF, Production
from tests.tokens import ISSUER, PUBLIC_URL


@pytest.fixture
def audited(tmp_path: Path) -> Production:
    """A service that answered one call, refused a body and a caller, and read from a FHIR server."""
    service = Production(tmp_path)
    service.sign_off(golden_request(), jti="good")
    service.sign_off(golden_request() | {"hook": "other"}, jti="bad")
    service.call(SIGN_OFF, "forged", {})
    call = Call({}, "/", None, request_id="d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", began=0.0)
    for query, status in (
        ("Observation?patient=1", 200),
        ("DiagnosticReport/2", 200),
        ("Patient/1", None),
    ):
        audit_fhir_read(
            service.house.writer,
            call,
            server="https://fhir.example.org/r4",
            query=query,
            status=status,
            patient="Patient/1",
        )
    service.house.writer.flush()
    return service


def test_each_call_is_one_row(audited: Production) -> None:
    """An answered call names who, what, about whom and which rules; a caller turned away names the reason."""
    rows = audited.audit_rows()
    assert [(row["event"], row["outcome"]) for row in rows] == [
        ("hook-call", "0"),
        ("refused-call", "4"),
        ("fhir-read", "0"),
        ("fhir-read", "0"),
        ("fhir-read", "8"),
    ]
    first, context = rows[0], golden_request()["context"]
    assert (first["issuer"], first["jti"]) == (ISSUER, "good")
    assert first["detail"]["patient"] == f"Patient/{context['patientId']}"
    assert first["detail"]["report"] == f"DiagnosticReport/{context['reportId']}"
    assert first["detail"]["user"] == context["userId"]
    assert first["detail"]["rules"] != []
    assert first["detail"]["model_version"]
    assert rows[1]["detail"] == {"reason": "not-a-token"}
    audited.house.close()


def test_the_log_has_no_reference(audited: Production) -> None:
    """Patient, report and user stand in the audit and not in the log."""
    context = golden_request()["context"]
    log = audited.stream.getvalue().decode()
    assert [context[name] for name in ("patientId", "reportId", "userId") if context[name] in log] == []
    audited.house.close()


def test_export_gives_valid_audit_events(audited: Production, tmp_path: Path) -> None:
    """Every row becomes a valid R4B AuditEvent, a line each, with its agents, its patient and its request."""
    audited.house.close()
    environment = {
        "CALCIFICATION_CDS_DATABASE_URL": f"sqlite:///{tmp_path / 'cds.sqlite3'}",
        "CALCIFICATION_CDS_PUBLIC_URL": PUBLIC_URL,
    }
    result = CliRunner(env=environment).invoke(main, ["audit", "export"])
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, len(events)) == (0, 5)
    for event in events:
        AuditEvent.model_validate(event)
        assert event["entity"][-1]["type"]["code"] == "XrequestId"
        assert sum(agent["requestor"] for agent in event["agent"]) == 1
    call, refused, search, read, failed = events
    assert (call["subtype"][0]["code"], call["action"], call["outcome"]) == ("operation", "E", "0")
    assert call["agent"][0]["who"]["identifier"] == {"system": ISSUER, "value": "good"}
    assert refused["type"]["code"] == "110113"
    assert (search["action"], read["action"], failed["outcome"]) == ("E", "R", "8")
    assert read["entity"][1]["what"]["reference"] == "Patient/1"
    assert [agent["network"]["address"] for agent in read["agent"]] == [
        PUBLIC_URL,
        "https://fhir.example.org/r4",
    ]


def test_export_takes_a_span_of_time(audited: Production, tmp_path: Path) -> None:
    """since is the first moment taken, until the first one that is not."""
    audited.house.close()
    environment = {"CALCIFICATION_CDS_DATABASE_URL": f"sqlite:///{tmp_path / 'cds.sqlite3'}"}

    def lines(*words: str) -> int:
        return len(CliRunner(env=environment).invoke(main, ["audit", "export", *words]).stdout.splitlines())

    assert lines("--since", "2026-05-04T12:00:00") == 5
    assert lines("--since", "2026-05-04T12:00:01") == 0
    assert lines("--until", "2026-05-04T12:00:00") == 0


def test_strangers_cannot_fill_the_audit(tmp_path: Path) -> None:
    """Beyond sixty refusals a minute a worker writes to the log only."""
    service = Production(tmp_path)
    for _ in range(70):
        service.call()
    assert len(service.audit_rows()) == 60
    assert len(service.log()) == 70
    service.house.close()


def test_an_audit_that_fails_is_seen_and_changes_no_answer(tmp_path: Path) -> None:
    """With the database gone the cards are the same, and the log says that rows wait."""
    service = Production(tmp_path)
    expected = len(service.sign_off(golden_request(), jti="1").get_json()["cards"])
    service.house.writer.flush()
    service.house.engine.dispose()
    with service.house.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE audit")
    assert len(service.sign_off(golden_request(), jti="2").get_json()["cards"]) == expected
    service.house.writer.flush()
    assert next(line for line in service.log() if line["event"] == "writer")["reason"] == "rows-waiting"
    service.house.close()
