"""The published descriptions are what the service does: schemas, OpenAPI document and routes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from cds_service.golden_cases import case_folders
from cds_service.hooks.discovery import discovery
from cds_service.hooks.openapi import openapi
from cds_service.hooks.schemas import schema, schema_names
from cds_service.hooks.service import Service
from cds_service.hooks.services import services
from tests.cds_service.golden import golden_request
from tests.cds_service.trust.production import Production
from tests.schemas import faults

CUSTOM = "org.example.report-sign"
OFFERED = services(CUSTOM)
METHODS = {"GET", "POST"}


def document(*, authenticated: bool = True) -> dict[str, Any]:
    """The document with every service offered."""
    return openapi(OFFERED.values(), public_url="https://cds.example.org", authenticated=authenticated)


def routes(app: Flask) -> set[tuple[str, str]]:
    """Every public route of the service, with its method, in the spelling of OpenAPI."""
    return {
        (rule.rule.replace("<", "{").replace(">", "}"), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & METHODS
    }


def test_the_document_names_every_route_and_no_other(tmp_path: Path) -> None:
    """A route without a description, and a description without a route, fail here."""
    app = Production(tmp_path, custom_hook=CUSTOM).app
    described = {
        (path, method.upper()) for path, methods in document()["paths"].items() for method in methods
    }
    assert described == routes(app)


def test_it_is_served(client: FlaskClient) -> None:
    """GET /openapi.json gives the document of this installation: development needs no token."""
    response = client.get("/openapi.json")
    offered = openapi(services().values(), public_url="http://127.0.0.1:8000", authenticated=False)
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert response.get_json() == offered


@pytest.mark.parametrize("status", ["400", "401", "404", "405", "412", "413", "415", "429", "500", "503"])
def test_every_status_of_a_hook_is_declared(status: str) -> None:
    """The status matrix of section 1G stands in the document, with its headers."""
    for service in OFFERED.values():
        responses = document()["paths"][f"/cds-services/{service.id}"]["post"]["responses"]
        assert status in responses
        assert ("Allow" in responses[status].get("headers", {})) == (status == "405")
        assert ("Retry-After" in responses[status].get("headers", {})) == (status in ("429", "503"))


def test_a_token_is_asked_for_in_production_alone() -> None:
    """The security scheme stands on the addresses of CDS Hooks, not on the public ones."""
    production, development = document(), document(authenticated=False)
    assert production["paths"]["/cds-services"]["get"]["security"] == [{"client": []}]
    assert production["paths"]["/healthz"]["get"]["security"] == []
    assert "securitySchemes" not in development["components"]
    assert development["paths"]["/cds-services"]["get"]["security"] == []


def references(value: Any) -> list[str]:
    """Every $ref of a document."""
    if isinstance(value, list):
        return [found for each in value for found in references(each)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for each in value.values() for found in references(each)]


def test_every_reference_leads_somewhere() -> None:
    """References inside the document name schemas that are in it."""
    content = document()
    known = {f"#/components/schemas/{name}" for name in content["components"]["schemas"]}
    assert set(references(content)) <= known


def test_the_hook_of_each_request_is_that_of_its_service() -> None:
    """The document says the site's own hook by name."""
    schemas = document()["components"]["schemas"]
    assert schemas["request-report-sign-custom"]["properties"]["hook"] == {"const": CUSTOM}
    assert schemas["request-order-sign"]["properties"]["hook"] == {"const": "order-sign"}


@pytest.mark.parametrize("name", schema_names())
def test_a_schema_is_a_schema(name: str) -> None:
    """Each file is valid JSON Schema 2020-12 under the address that its name says."""
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"https://calcification-cds.org/schemas/{name}.json"


def test_discovery_keeps_its_schema() -> None:
    """With the custom service and without any."""
    assert faults("discovery", discovery(OFFERED.values())) == []
    assert faults("discovery", {"services": []}) == []


@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_every_golden_request_keeps_its_schema(folder: Path) -> None:
    """The schema of a request accepts what the service accepts."""
    request = golden_request(folder.name)
    assert faults(f"request-{request['hook']}", request) == []


@pytest.mark.parametrize("service", services().values(), ids=lambda service: service.id)
def test_the_smallest_request_is_answered(service: Service, client: FlaskClient) -> None:
    """The example that each schema gives keeps its schema and gets a 200 without cards."""
    name = f"request-{service.id.removeprefix('breast-calcification-')}"
    [example] = schema(name)["examples"]
    response = client.post(f"/cds-services/{service.id}", json=example)
    assert faults(name, example) == []
    assert (response.status_code, response.get_json()["cards"]) == (200, [])


CARD = {"summary": "One sentence.", "indicator": "info", "source": {"label": "x"}}
ORDER = {"resourceType": "ServiceRequest", "id": "1"}
CREATE = {"type": "create", "description": "d", "resource": ORDER}
REASON = {"system": "s", "code": "c", "display": "d"}


def with_suggestions(*suggestions: dict[str, Any], behavior: str = "any") -> dict[str, Any]:
    """A card with suggestions."""
    return CARD | {"suggestions": list(suggestions), "selectionBehavior": behavior}


@pytest.mark.parametrize(
    "card",
    [
        CARD,
        with_suggestions({"label": "l", "actions": [CREATE]}),
        with_suggestions({"label": "l", "isRecommended": True}, {"label": "m"}, behavior="at-most-one"),
        with_suggestions({"label": "l", "isRecommended": True}, {"label": "m", "isRecommended": True}),
        with_suggestions(
            {"label": "l", "actions": [{"type": "delete", "description": "d", "resourceId": "Task/1"}]}
        ),
        CARD | {"links": [{"label": "l", "url": "https://x.org", "type": "smart", "appContext": "c"}]},
        CARD | {"overrideReasons": [REASON], "summary": "x" * 139},
    ],
)
def test_a_good_card_is_accepted(card: dict[str, Any]) -> None:
    """Everything that the standard allows on a card passes."""
    assert faults("response", {"cards": [card]}) == []


@pytest.mark.parametrize(
    "card",
    [
        {name: value for name, value in CARD.items() if name != "source"},
        CARD | {"summary": "x" * 140},
        CARD | {"summary": "  "},
        CARD | {"indicator": "hard-stop"},
        CARD | {"detail": ""},
        CARD | {"detail": None},
        CARD | {"links": []},
        CARD | {"source": {"label": "x", "topic": {"code": "c"}}},
        CARD | {"suggestions": [{"label": "l"}]},
        CARD | {"selectionBehavior": "any"},
        with_suggestions({"label": "l"}, behavior="all"),
        with_suggestions({"actions": [CREATE]}),
        with_suggestions({"label": "l", "actions": []}),
        with_suggestions({"label": "l", "actionSelectionBehavior": "all"}),
        with_suggestions(
            {"label": "l", "isRecommended": True},
            {"label": "m", "isRecommended": True},
            behavior="at-most-one",
        ),
        with_suggestions({"label": "l", "actions": [CREATE | {"type": "modify"}]}),
        with_suggestions({"label": "l", "actions": [{"type": "create", "description": "d"}]}),
        with_suggestions({"label": "l", "actions": [{"type": "create", "resource": ORDER}]}),
        with_suggestions({"label": "l", "actions": [CREATE | {"resource": ORDER | {"note": []}}]}),
        with_suggestions({"label": "l", "actions": [CREATE | {"resource": '{"resourceType": "Task"}'}]}),
        with_suggestions({"label": "l", "actions": [CREATE | {"type": "update", "resource": {"a": "b"}}]}),
        with_suggestions({"label": "l", "actions": [CREATE | {"type": "delete"}]}),
        CARD | {"links": [{"label": "l", "url": "https://x.org", "type": "absolute", "appContext": "c"}]},
        CARD | {"links": [{"label": "l", "url": "x.org", "type": "absolute"}]},
        CARD | {"overrideReasons": [{"system": "s", "code": "c"}]},
        CARD | {"uuid": "urn:uuid:00000000-0000-0000-0000-000000000000"},
        CARD | {"extension": {}},
        CARD | {"extension": {"short": "x"}},
    ],
)
def test_a_bad_card_is_refused(card: dict[str, Any]) -> None:
    """The schema catches what it is there for: every rule of section 1H to 1K broken once."""
    assert faults("response", {"cards": [card]}) != []


@pytest.mark.parametrize("body", [{}, {"cards": None}, {"cards": [], "systemActions": []}, {"cards": {}}])
def test_a_bad_answer_is_refused(body: dict[str, Any]) -> None:
    """CH-100, CH-101: cards are always there, and an empty systemActions is not."""
    assert faults("response", body) != []
