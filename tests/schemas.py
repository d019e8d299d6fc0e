"""The shipped JSON Schemas, ready to hold bodies to: every answer that a test sees goes through here."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from werkzeug.test import TestResponse

from cds_service.hooks.schemas import schema, schema_names

SERVICE = re.compile(r"/cds-services/[^/]+")


@cache
def _registry() -> Registry[Any]:
    return Registry().with_resources(
        (content["$id"], Resource.from_contents(content)) for content in map(schema, schema_names())
    )


@cache
def validator(name: str) -> Draft202012Validator:
    """Make the validator of one schema; references between the files are followed."""
    content = schema(name)
    Draft202012Validator.check_schema(content)
    return Draft202012Validator(content, registry=_registry())


def faults(name: str, body: Any) -> list[str]:
    """Say what of a body breaks a schema, as ``path: message``."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(body)]


def schema_of(method: str, path: str, status: int) -> str | None:
    """Name the schema of an answer; None where the standard and this service give none."""
    if not path.startswith("/cds-services") or method == "HEAD":
        return None
    if status >= 400:
        return None if status == 401 else "operation-outcome"
    if status != 200:
        return None
    if path == "/cds-services":
        return "discovery" if method == "GET" else None
    return "response" if method == "POST" and SERVICE.fullmatch(path) else None


def hold(response: TestResponse) -> TestResponse:
    """Assert that an answer keeps its schema, and give it back."""
    request = response.request
    name = schema_of(request.method, request.path, response.status_code)
    if name is not None:
        assert faults(name, response.get_json()) == [], (request.path, response.status_code)
    return response
