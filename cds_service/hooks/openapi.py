"""The OpenAPI 3.1 document, put together from the shipped schemas and the table of services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from flask import Response

from cds_service.hooks.schemas import BASE, schema, schema_names
from cds_service.hooks.service import Service
from cds_service.version import __version__

Document = dict[str, Any]
ID_PREFIX = "breast-calcification-"

ERRORS = {
    "400": "The request is not what this address takes; `expression` names the member to blame.",
    "404": "Nothing is served at this address.",
    "405": "This address does not take that method; the Allow header names those it takes.",
    "412": "The data an answer needs did not come and could not be read.",
    "413": "The request is larger than this service reads.",
    "415": "The request is not sent as plain application/json.",
    "429": "The client is over its rate.",
    "500": "Our fault. The log has the request id of the X-Request-Id header.",
    "503": "Something this answer needs is down for now.",
}
_SECONDS = {"type": "string", "pattern": "^[0-9]+$"}
_HEADERS: Document = {
    "405": {"Allow": {"description": "The methods this address takes.", "schema": {"type": "string"}}},
    "429": {"Retry-After": {"description": "Seconds to wait.", "schema": _SECONDS}},
    "503": {"Retry-After": {"description": "Seconds to wait.", "schema": _SECONDS}},
}
_POSTED = ("400", "404", "405", "412", "413", "415", "429", "500", "503")
_READ = ("404", "405", "429", "500")


def openapi(services: Iterable[Service], *, public_url: str, authenticated: bool) -> Document:
    """Describe every public address. ``authenticated``: callers of /cds-services need a token."""
    offered = list(services)
    paths: Document = {"/cds-services": {"get": _discovery(authenticated)}}
    for service in offered:
        paths[f"/cds-services/{service.id}"] = {"post": _hook(service, authenticated)}
        paths[f"/cds-services/{service.id}/feedback"] = {"post": _feedback(service, authenticated)}
    paths |= _pages()
    components: Document = {"schemas": _schemas(offered)}
    if authenticated:
        components["securitySchemes"] = {
            "client": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "A JWT of a registered client, signed by it, fresh for each call; `aud` is "
                "the exact address called.",
            }
        }
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Calcification CDS",
            "version": __version__,
            "summary": "CDS Hooks 2.0.1 services that interpret coded breast calcifications.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": components,
    }


def openapi_view(document: Document) -> Any:
    """Make the view of GET /openapi.json."""
    body = orjson.dumps(document)

    def view() -> Response:
        return Response(body, content_type="application/json")

    return view


def _discovery(authenticated: bool) -> Document:
    return _operation(
        "discovery", "The services and the prefetch they want (CDS Hooks discovery).", authenticated
    ) | {"responses": _responses("discovery", "The services.", _READ, authenticated)}


def _hook(service: Service, authenticated: bool) -> Document:
    name = service.id.removeprefix(ID_PREFIX)
    return _operation(service.id, service.title, authenticated) | {
        "description": f"{service.description}\n\n{service.usage_requirements}",
        "requestBody": _body(f"request-{name}"),
        "responses": _responses("response", "Cards, or none.", _POSTED, authenticated),
    }


def _feedback(service: Service, authenticated: bool) -> Document:
    answered = {
        "type": "object",
        "required": ["received"],
        "additionalProperties": False,
        "properties": {"received": {"type": "integer", "minimum": 0}},
    }
    summary = f"What became of the cards of {service.id}."
    errors = tuple(code for code in _POSTED if code != "412")
    responses = _responses("response", "Stored, on disk.", errors, authenticated)
    responses["200"]["content"] = {"application/json": {"schema": answered}}
    return _operation(f"{service.id}-feedback", summary, authenticated) | {
        "requestBody": _body("feedback"),
        "responses": responses,
    }


def _pages() -> Document:
    """Describe what anybody may read: health, this document, the evidence pages."""
    up = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}
    json = {"application/json": {"schema": up}}
    html = {"text/html": {"schema": {"type": "string"}}}
    plain = {"application/json": {"schema": {"type": "object"}}}
    word = {"schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}, "in": "path", "required": True}
    rule = {"name": "rule_id", "example": "R-CC-01", **word}
    family = {"name": "family", "example": "under_called", **word}
    return {
        "/healthz": _page("healthz", "Whether the process answers.", json),
        "/readyz": _page("readyz", "Whether it can answer hooks.", json, errors=(*_READ, "503")),
        "/openapi.json": _page("openapi", "This document.", plain),
        "/evidence": _page("evidence", "Why cards say what they say.", html),
        "/evidence/rules/{rule_id}": _page("evidence-rule", "One rule.", html, rule),
        "/evidence/cards/{family}": _page("evidence-family", "One family of cards.", html, family),
        "/evidence/icon.png": _page("icon", "The icon of the source.", {"image/png": {}}),
        "/evidence/style.css": _page("style", "The style of the pages.", {"text/css": {}}),
    }


def _page(
    name: str, summary: str, content: Document, *parameters: Document, errors: tuple[str, ...] = _READ
) -> Document:
    responses: Document = {"200": {"description": summary, "content": content}}
    responses |= {code: _error(code) for code in errors}
    operation: Document = {"operationId": name, "summary": summary, "security": [], "responses": responses}
    if parameters:
        operation["parameters"] = list(parameters)
    return {"get": operation}


def _operation(name: str, summary: str, authenticated: bool) -> Document:
    return {
        "operationId": name,
        "summary": summary,
        "security": [{"client": []}] if authenticated else [],
    }


def _body(name: str) -> Document:
    content = {
        "schema": {"$ref": f"#/components/schemas/{name}"},
        "examples": {"smallest": {"value": schema(name)["examples"][0]}},
    }
    return {"required": True, "content": {"application/json": content}}


def _responses(name: str, meaning: str, errors: tuple[str, ...], authenticated: bool) -> Document:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    responses: Document = {"200": {"description": meaning, "content": content}}
    responses["401"] = {
        "description": "The caller is not known; why is never said.",
        "headers": {"WWW-Authenticate": {"schema": {"const": "Bearer"}}},
    }
    responses["403"] = _error("403")
    return responses | {code: _error(code) for code in errors}


def _error(code: str) -> Document:
    meaning = ERRORS.get(code, "This way of calling is not open: without TLS, or from another machine.")
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/operation-outcome"}}}
    response: Document = {"description": meaning, "content": content}
    if code in _HEADERS:
        response["headers"] = _HEADERS[code]
    return response


def _schemas(services: Iterable[Service]) -> Document:
    """Put every schema and its parts under a name of their own: ``request`` and ``request.id``."""
    hooks = {f"request-{service.id.removeprefix(ID_PREFIX)}": service.hook for service in services}
    components: Document = {}
    for name in schema_names():
        if name.startswith("request-") and name not in hooks:
            continue
        content = schema(name)
        if name in hooks:
            content["properties"]["hook"] = {"const": hooks[name]}
            content["examples"] = [example | {"hook": hooks[name]} for example in content["examples"]]
        for part, body in content.pop("$defs", {}).items():
            components[f"{name}.{part}"] = _with_references(body, name)
        del content["$schema"], content["$id"]
        components[name] = _with_references(content, name)
    return components


def _with_references(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_with_references(each, name) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _reference(each, name) if key == "$ref" else _with_references(each, name)
        for key, each in value.items()
    }


def _reference(target: str, name: str) -> str:
    file, _, part = target.partition("#/$defs/")
    owner = file.removeprefix(BASE).removesuffix(".json") or name
    return f"#/components/schemas/{owner}.{part}" if part else f"#/components/schemas/{owner}"
