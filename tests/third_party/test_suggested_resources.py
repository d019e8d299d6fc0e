"""Every resource that a card suggests, before three validators and two FHIR servers."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from tests.cards.writing.written import all_written
from tests.third_party.conftest import StandIns
from tests.third_party.golden_cards import suggested
from tests.third_party.programs import HERE, Server, node, run_program

CREATED = (200, 201)
DELETED = (200, 204)


@cache
def _resources() -> list[dict[str, Any]]:
    """Each different resource that the worked cases and the golden cases suggest, in both languages."""
    found: dict[str, dict[str, Any]] = {}
    for written in all_written():
        for card in written.cards:
            for suggestion in card.suggestions:
                for action in suggestion.actions:
                    found.setdefault(json.dumps(action.resource, sort_keys=True), dict(action.resource))
    for resource in suggested():
        found.setdefault(json.dumps(resource, sort_keys=True), resource)
    return list(found.values())


def _broken() -> list[dict[str, Any]]:
    """A suggested order with one planted error each, so that a validator which says nothing is noticed."""
    order = next(each for each in _resources() if each["resourceType"] == "ServiceRequest")
    return [
        {name: value for name, value in order.items() if name != "subject"},
        order | {"orderedBy": "nobody"},
        order | {"code": "12"},
    ]


def _against_r4b(resource: dict[str, Any]) -> str:
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except ValidationError as error:
        return str(error)
    return ""


def test_the_validators_accept_every_suggested_resource() -> None:
    """npm fhir, validateResource of @medplum/core and fhir.resources.R4B have nothing against any of them,
    and each finds fault with three broken ones."""
    resources, broken = _resources(), _broken()
    said = run_program(node(), str(HERE / "validate.mjs"), standard_input=[*resources, *broken])
    assert len(resources) > 100
    for resource, complaints in zip(resources, said, strict=False):
        assert (complaints, _against_r4b(resource)) == ([], ""), resource
    for resource, complaints in zip(broken, said[len(resources) :], strict=True):
        assert {each.partition(":")[0] for each in complaints} == {"fhir", "medplum"}, (resource, complaints)
        assert _against_r4b(resource) != ""


def test_both_servers_store_every_suggested_resource(stand_ins: StandIns, fhir_server: Server) -> None:
    """POST of each: created, and what comes back from the server is what was suggested. Afterwards it is
    deleted: the patients of the golden cases belong to all tests of this folder."""
    for resource in _resources():
        path = f"/{resource['resourceType']}"
        answer = fhir_server.ask(path, "POST", resource, Content_Type="application/fhir+json")
        assert answer.status in CREATED, answer.body
        stored = fhir_server.ask(f"{path}/{answer.json['id']}").json
        assert {name: stored.get(name) for name in resource} == resource
        assert fhir_server.ask(f"{path}/{answer.json['id']}", "DELETE").status in DELETED
