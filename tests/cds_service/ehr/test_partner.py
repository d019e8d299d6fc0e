"""A partner that was named on the command line: pages, refusals, and prefetch that does not come."""

from __future__ import annotations

import json
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest

from cds_service.ehr.calling import Unusable, choose, context_of, fill
from cds_service.ehr.partner import Partner, resources_of
from cds_service.outgoing import Outgoing, OutgoingFailed, OutgoingRefused
from tests.stub_server import StubServer, answering

FHIR = "application/fhir+json"


def _page(*idents: str, following: str | None = None) -> bytes:
    entries = [{"resource": {"resourceType": "Observation", "id": each}} for each in idents]
    links = [] if following is None else [{"relation": "next", "url": following}]
    return json.dumps(
        {"resourceType": "Bundle", "type": "searchset", "entry": entries, "link": links}
    ).encode()


def _paged(pages: dict[str, bytes]) -> StubServer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = pages.get(handler.path)
        answering(body or b"{}", 200 if body else 404, FHIR)(handler)

    return StubServer(answer)


def _ids(partner: Partner, most: int | None = None) -> list[object]:
    return [each["id"] for each in resources_of(partner.search("Observation?patient=1", most).body)]


def test_pages_are_followed_whether_their_links_are_relative_or_not() -> None:
    """Three pages, the first link relative, the second absolute: all hits in one Bundle without a link."""
    pages: dict[str, bytes] = {}
    with _paged(pages) as stub:
        pages["/fhir/Observation?patient=1"] = _page("a", following="Observation?page=2")
        pages["/fhir/Observation?page=2"] = _page("b", following=f"{stub.url}/fhir/Observation?page=3")
        pages["/fhir/Observation?page=3"] = _page("c")
        partner = Partner.at(f"{stub.url}/fhir")
        assert _ids(partner) == ["a", "b", "c"]
        assert "link" not in (partner.search("Observation?patient=1").body or {})
        assert _ids(partner, most=1) == ["a"]


@pytest.mark.parametrize(
    "following", ["https://elsewhere.example.org/fhir?page=2", "Observation?gone=1", "Observation?patient=1"]
)
def test_a_page_that_cannot_be_read_stays_visible(following: str) -> None:
    """A link elsewhere, a page that is gone, pages in a circle: the link stays, so that it is said."""
    with _paged({"/fhir/Observation?patient=1": _page("a", following=following)}) as stub:
        body = Partner.at(f"{stub.url}/fhir").search("Observation?patient=1").body or {}
        assert body["link"] == [{"relation": "next", "url": following}]
        assert {each["id"] for each in resources_of(body)} == {"a"}


@pytest.mark.parametrize(
    "address", ["http://fhir.example.org", "ftp://127.0.0.1", "https://u@fhir.example.org"]
)
def test_what_may_not_be_called(address: str) -> None:
    """Plain http to another machine, other schemes and a user in the address are refused."""
    with pytest.raises(OutgoingRefused):
        Partner.at(address)


def test_prefetch_tells_absent_failed_and_unfillable_apart() -> None:
    """404 becomes null, an error's OperationOutcome is passed on, a strange token leaves the key out."""
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "diagnostics": "no scope"}],
    }

    def answer(handler: BaseHTTPRequestHandler) -> None:
        status = 404 if "Patient" in handler.path else 403
        answering(json.dumps(outcome).encode(), status, FHIR)(handler)

    templates = {
        "patient": "Patient/{{context.patientId}}",
        "conditions": "Condition?patient={{context.patientId}}",
        "user": "Practitioner/{{userPractitionerId}}",
    }
    with StubServer(answer) as stub:
        filled = fill(Partner.at(f"{stub.url}/fhir"), {"prefetch": templates}, {"patientId": "1"})
    assert filled.prefetch == {"patient": None, "conditions": outcome}
    assert [note.partition(":")[0] for note in filled.notes] == ["patient", "conditions", "user"]
    assert "403 no scope" in filled.notes[1]


def test_the_token_goes_with_every_call() -> None:
    """The access token is sent as bearer token, and is not in the partner's text."""
    with StubServer() as stub:
        partner = Partner.at(f"{stub.url}/fhir", token="secret-1")
        partner.get("Patient/1")
        assert stub.asked[0].headers["authorization"] == "Bearer secret-1"
    assert "secret-1" not in repr(partner)


def test_a_report_without_a_patient_is_not_signed_for_anybody() -> None:
    """A report whose subject is no Patient gives no context."""
    with pytest.raises(Unusable, match="subject"):
        context_of({"resourceType": "DiagnosticReport", "id": "1"}, "report-sign", "Practitioner/1")


def test_an_absolute_subject_is_understood() -> None:
    """The patient's id is the last part of an absolute reference."""
    report = {
        "id": "1",
        "status": "final",
        "subject": {"reference": "https://fhir.example.org/r4/Patient/p1"},
    }
    context = context_of(report, "report-sign", "Practitioner/1")
    assert (context["patientId"], context["reportId"]) == ("p1", "1")


def test_a_service_that_is_not_there_is_told_with_those_that_are() -> None:
    """No service for the hook: the message lists the hooks of discovery."""
    with pytest.raises(Unusable, match=r"discovery has patient-view"):
        choose([{"hook": "patient-view", "id": "a"}], "report-sign")


def test_the_wait_for_an_answer_is_the_partners_own() -> None:
    """A person who asks waits longer than a hook call may: how long is said when the session is made."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        stub.stopping.wait(0.2)
        answering(b'{"resourceType": "Patient"}', 200, FHIR)(handler)

    with StubServer(answer) as stub:
        patient = Partner.at(f"{stub.url}/fhir")
        assert patient.get("Patient/1").status == 200
        with pytest.raises(OutgoingFailed, match="timeout"):
            replace(patient, outgoing=Outgoing(read_seconds=0.01)).get("Patient/1")
