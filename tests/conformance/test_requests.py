"""What a client may and may not send (sections 1A, 1D and 1E), over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cds_service.golden_cases import case_folders
from cds_service.hooks.services import services
from tests.cds_service.golden import (
    OPERATION_OUTCOME,
    SIGN_OFF_PATH,
    VIEWING,
    VIEWING_PATH,
    golden_request,
    prefetched_request,
)
from tests.cds_service.trust.production import Production
from tests.schemas import faults

AUTHORIZATION = {
    "access_token": "made-up",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "cds-service",
}
SERVICE_OF = {service.hook: service for service in services().values()}


def summaries(response: TestResponse) -> list[str]:
    """What the cards of an answer say."""
    assert response.status_code == 200
    return [card["summary"] for card in response.get_json()["cards"]]


@pytest.mark.requirement("CH-001", "INF-003", "INF-010")
@pytest.mark.parametrize("path", ["/cds-services", SIGN_OFF_PATH, f"{SIGN_OFF_PATH}/feedback"])
def test_answers_are_json(client: FlaskClient, path: str) -> None:
    """Discovery, services and feedback answer with a JSON body that says so."""
    body = {"feedback": []} if path.endswith("feedback") else golden_request()
    response = client.get(path) if path == "/cds-services" else client.post(path, json=body)
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert isinstance(response.get_json(), dict)


@pytest.mark.requirement("CH-025", "CH-102", "INF-009", "INF-019")
@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_every_golden_request_is_answered_by_the_service_of_its_hook(
    client: FlaskClient, folder: Path
) -> None:
    """Each id of discovery answers below its address; cases with nothing to say are 200 with no cards."""
    request = golden_request(folder.name)
    response = client.post(f"/cds-services/{SERVICE_OF[request['hook']].id}", json=request)
    assert response.status_code == 200
    silent = folder.name in (
        "negative-screening-without-a-finding",
        "withdrawn-report",
        "follow-up-ordered-for-its-due-date",
    )
    assert (response.get_json()["cards"] == []) == silent


@pytest.mark.requirement("INF-011", "INF-012", "INF-013", "INF-014", "INF-015", "INF-017")
@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_our_requests_pass_the_checks_on_requests(folder: Path) -> None:
    """The golden requests keep the schema of their hook, alone and with FHIR access."""
    request = golden_request(folder.name)
    access = {"fhirServer": "https://fhir.example.org/r4", "fhirAuthorization": AUTHORIZATION}
    name = f"request-{request['hook']}"
    assert faults(name, request) == []
    assert faults(name, request | access) == []
    request.pop("fhirServer", None)
    assert faults(name, request | {"fhirAuthorization": AUTHORIZATION}) != []


@pytest.mark.requirement("CH-051")
@pytest.mark.parametrize("service", SERVICE_OF.values(), ids=lambda service: service.id)
def test_another_hook_than_that_of_the_service_is_refused(client: FlaskClient, service: Any) -> None:
    """A request with another hook's name is 400, whichever service it reaches."""
    body = golden_request() | {"hook": "order-select"}
    response = client.post(f"/cds-services/{service.id}", json=body)
    assert response.status_code == 400
    assert response.get_json()["issue"][0]["expression"] == ["hook"]


@pytest.mark.requirement("CH-055", "CH-085")
@pytest.mark.parametrize("server", ["http://fhir.ehr.example.org/r4", "https://169.254.169.254/"])
def test_in_production_a_server_that_is_not_registered_over_https_is_not_called(
    tmp_path: Path, server: str
) -> None:
    """The request is served from its own data, and the log says that the server was not asked."""
    service = Production(tmp_path)
    body = golden_request() | {"fhirServer": server, "fhirAuthorization": AUTHORIZATION}
    response = service.sign_off(body)
    assert summaries(response) == summaries(service.sign_off(golden_request(), jti="another"))
    assert [line.get("fhir") for line in service.log() if line.get("status") == 200] == [
        "not-registered",
        None,
    ]


@pytest.mark.requirement("CH-057")
@pytest.mark.parametrize("place", [(), ("context",), ("fhirAuthorization",)])
def test_extensions_and_unknown_members_do_no_harm(client: FlaskClient, place: tuple[str, ...]) -> None:
    """The same cards with them, wherever they stand."""
    body = golden_request() | {
        "fhirServer": "https://fhir.example.org/r4",
        "fhirAuthorization": dict(AUTHORIZATION),
    }
    holder = body
    for name in place:
        holder = holder[name]
    holder.update(extension={"com.example.x": {"y": 1}}, zzz=1)
    assert summaries(client.post(SIGN_OFF_PATH, json=body)) == summaries(
        client.post(SIGN_OFF_PATH, json=golden_request())
    )


@pytest.mark.requirement("CH-071", "CH-072", "CH-073")
@pytest.mark.parametrize("key", ["patient", "observations", "reports", "orders", "conditions", "procedures"])
@pytest.mark.parametrize("value", ["absent", None, {"resourceType": "Bundle", "type": "searchset"}])
def test_an_optional_key_may_be_absent_null_or_empty(client: FlaskClient, key: str, value: Any) -> None:
    """Each optional key of the sign-off in turn: 200."""
    body = prefetched_request()
    if value == "absent":
        del body["prefetch"][key]
    else:
        body["prefetch"][key] = value
    assert client.post(SIGN_OFF_PATH, json=body).status_code == 200


@pytest.mark.requirement("CH-070")
def test_a_search_may_come_as_a_collection(client: FlaskClient) -> None:
    """The standard's own example types a search result as collection: the same cards."""
    body = prefetched_request()
    body["prefetch"]["observations"]["type"] = "collection"
    assert summaries(client.post(SIGN_OFF_PATH, json=body)) == summaries(
        client.post(SIGN_OFF_PATH, json=prefetched_request())
    )


@pytest.mark.requirement("CH-076", "CH-079")
@pytest.mark.parametrize("value", ["absent", None, OPERATION_OUTCOME])
def test_patient_view_without_its_reports(client: FlaskClient, value: Any) -> None:
    """Absent or failed: 412. Null says that there are none: 200 and no card."""
    body = golden_request(VIEWING)
    if value == "absent":
        del body["prefetch"]["reports"]
    else:
        body["prefetch"]["reports"] = value
    response = client.post(VIEWING_PATH, json=body)
    assert response.status_code == (200 if value is None else 412)


@pytest.mark.requirement("CH-061")
def test_an_order_for_another_patient_is_refused(client: FlaskClient) -> None:
    """A draft order is data of the context's patient like everything else."""
    body = golden_request("screening-ordered-while-a-follow-up-is-open")
    body["context"]["draftOrders"]["entry"][0]["resource"]["subject"]["reference"] = "Patient/other"
    response = client.post("/cds-services/breast-calcification-order-sign", json=body)
    assert response.status_code == 400
    assert response.get_json()["issue"][0]["expression"] == ["ServiceRequest.subject"]


@pytest.mark.requirement("CH-102")
def test_orders_that_are_not_about_the_breast_need_no_data(client: FlaskClient) -> None:
    """An EHR that asks about every order gets an empty answer, not a 412."""
    body = golden_request("screening-ordered-while-a-follow-up-is-open")
    body["context"]["draftOrders"]["entry"][0]["resource"]["code"] = {"text": "Blood count"}
    del body["prefetch"]
    response = client.post("/cds-services/breast-calcification-order-sign", json=body)
    assert (response.status_code, response.get_json()) == (200, {"cards": []})


@pytest.mark.requirement("CH-076")
def test_a_breast_order_without_reports_is_412(client: FlaskClient) -> None:
    """With a breast order in hand, silence would be a claim about reports nobody has seen."""
    body = golden_request("screening-ordered-while-a-follow-up-is-open")
    del body["prefetch"]
    assert client.post("/cds-services/breast-calcification-order-sign", json=body).status_code == 412
