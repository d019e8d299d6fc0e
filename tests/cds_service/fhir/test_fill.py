"""What did not come is read from the FHIR server, and from nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.errors import BadRequest, DataMissing
from cds_service.hooks.services import PATIENT_VIEW
from tests.cds_service.fhir.stub_fhir import TOKEN, Gathering, StubFhir, bare_request, ids, with_token
from tests.cds_service.golden import (
    EMPTY_SEARCH,
    OPERATION_OUTCOME,
    VIEWING,
    golden_request,
    prefetched_request,
)

KEYS = {"report", "patient", "observations", "reports", "orders", "conditions", "procedures"}


@pytest.mark.requirement("CH-077", "CH-087")
def test_a_request_without_data_is_filled_from_the_server(server: StubFhir) -> None:
    """CH-077, CH-087: with a token alone the same resources are gathered as with the whole prefetch."""
    filled = Gathering(server.base).gather(bare_request(server))
    assert ids(filled) == ids(Gathering(server.base).gather(prefetched_request()))
    assert (filled.missing, filled.received) == ((), KEYS)
    assert len(server.asked()) == len(KEYS)


@pytest.mark.requirement("CH-086")
def test_each_read_carries_the_token_and_asks_for_fhir_json(server: StubFhir) -> None:
    """CH-086: the access token is sent as Bearer with every read."""
    Gathering(server.base).gather(bare_request(server))
    sent = {(each.headers["authorization"], each.headers["accept"]) for each in server.server.asked}
    assert sent == {(f"Bearer {TOKEN}", "application/fhir+json")}


@pytest.mark.requirement("CH-077")
def test_only_the_missing_keys_are_read(server: StubFhir) -> None:
    """Partial prefetch is filled: what came is not asked for again."""
    Gathering(server.base).gather(bare_request(server, "report", "patient", "observations", "reports"))
    assert sorted(path.partition("?")[0] for path in server.asked()) == [
        "Condition",
        "Procedure",
        "ServiceRequest",
    ]


def test_nothing_is_asked_when_everything_came(server: StubFhir) -> None:
    """A complete prefetch needs no server, whatever token comes with it."""
    gathering = Gathering(server.base)
    gathering.gather(with_token(prefetched_request(), server.base))
    assert (server.asked(), gathering.read) == ([], [])


@pytest.mark.requirement("CH-074")
@pytest.mark.parametrize("value", [None, EMPTY_SEARCH, OPERATION_OUTCOME])
def test_a_client_that_said_what_it_has_is_not_asked_again(server: StubFhir, value: object) -> None:
    """CH-074: null, an empty search and an OperationOutcome are answers; the query is not repeated."""
    request = bare_request(server, *KEYS)
    request["prefetch"]["procedures"] = value
    Gathering(server.base).gather(request)
    assert server.asked() == []


@pytest.mark.requirement("CH-074", "CH-079")
@pytest.mark.parametrize("report", [None, {}, OPERATION_OUTCOME])
def test_a_report_the_client_could_not_supply_is_a_412_without_a_call(
    server: StubFhir, report: object
) -> None:
    """CH-074, CH-079: with the required key empty or failed no call is made, and the answer is 412."""
    request = bare_request(server)
    request["prefetch"] = {"report": report}
    with pytest.raises(DataMissing):
        Gathering(server.base).gather(request)
    assert server.asked() == []


def without_token(request: Any) -> None:
    """Leave the address alone, as the public sandbox does."""
    del request["fhirAuthorization"]


def other_server(request: Any) -> None:
    """Name a server that nobody registered."""
    request["fhirServer"] = "https://169.254.169.254/fhir"


def other_path(request: Any) -> None:
    """Name another base on the registered host."""
    request["fhirServer"] += "/other"


@pytest.mark.requirement("CH-085", "CH-089")
@pytest.mark.parametrize("change", [without_token, other_server, other_path])
def test_a_server_that_may_not_be_read_is_not_called(server: StubFhir, change: Any) -> None:
    """CH-085, CH-089: an address without a token, or one that is not registered, is never called."""
    gathering = Gathering(server.base)
    request = bare_request(server)
    change(request)
    with pytest.raises(DataMissing) as refused:
        gathering.gather(request)
    assert ("not registered" in refused.value.diagnostics) is ("fhirAuthorization" in request)
    assert (server.asked(), gathering.read) == ([], [])


@pytest.mark.requirement("CH-090")
def test_a_token_for_another_patient_is_refused(server: StubFhir) -> None:
    """CH-090: fhirAuthorization.patient and the context name the same patient, or the answer is 400."""
    request = bare_request(server)
    request["fhirAuthorization"]["patient"] = "other"
    with pytest.raises(BadRequest) as refused:
        Gathering(server.base).gather(request)
    assert (refused.value.expression, server.asked()) == ("fhirAuthorization.patient", [])


def test_the_report_of_another_patient_is_refused(server: StubFhir) -> None:
    """CH-061: a request whose report belongs to somebody else gets no card, wherever the report is from."""
    request = bare_request(server)
    request["context"]["patientId"] = "other"
    with pytest.raises(BadRequest) as refused:
        Gathering(server.base).gather(request)
    assert refused.value.expression == "DiagnosticReport.subject"


def test_results_that_no_search_delivered_are_read_one_by_one(server: StubFhir) -> None:
    """Observations the report refers to are read by id where the search did not bring them."""
    request = bare_request(server, "report")
    request["prefetch"]["observations"] = dict(EMPTY_SEARCH)
    wanted = {each["reference"] for each in request["prefetch"]["report"]["result"]}
    filled = Gathering(server.base).gather(request)
    assert wanted <= ids(filled)
    assert wanted <= set(server.asked())


def test_members_of_results_are_read_too(server: StubFhir) -> None:
    """A group among the results leads to its members, in every form of reference to this server."""
    request = bare_request(server, "report")
    report = request["prefetch"]["report"]
    first, second, third, *_ = (each["reference"] for each in report["result"])
    report["result"] = [{"reference": f"{server.base}/{first}/_history/2"}]
    found = {f"Observation/{each['id']}": each for each in server.resources["Observation"]}
    found[first]["hasMember"] = [{"reference": second}, {"reference": first}, {"reference": "#x"}]
    found[second]["hasMember"] = [
        {"reference": third},
        {"reference": "https://elsewhere.example/Observation/1"},
    ]
    request["prefetch"]["observations"] = dict(EMPTY_SEARCH)
    filled = Gathering(server.base).gather(request)
    assert {first, second, third} <= ids(filled)
    assert [path for path in server.asked() if path.startswith("Observation/")] == [first, second, third]


def test_single_reads_are_bounded(server: StubFhir) -> None:
    """A report with thousands of results does not send thousands of reads."""
    request = bare_request(server, *KEYS)
    request["prefetch"]["report"]["result"] = [{"reference": f"Observation/x{each}"} for each in range(500)]
    Gathering(server.base).gather(request)
    assert len(server.asked()) == 50


def test_patient_view_reads_the_reports(server: StubFhir) -> None:
    """The required search of patient-view is done where the client did not send it."""
    request = golden_request(VIEWING)
    request["prefetch"] = {}
    request["context"]["patientId"] = "pat-003"
    filled = Gathering(server.base).gather(with_token(request, server.base), PATIENT_VIEW)
    assert ("reports" in filled.received, filled.missing) == (True, ())
