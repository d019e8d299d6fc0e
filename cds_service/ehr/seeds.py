"""The resources of the golden cases, each once, in an order in which a strict server takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import orjson

from cds_service.golden_cases import case_folders

Json = Mapping[str, object]

ACTORS = ("Organization", "Practitioner", "PractitionerRole")


def seeds() -> list[Json]:
    """List the resources: what is referred to comes before what refers to it.

    People and organisations that are only referred to come first, as little more than an id: a server that
    checks references refuses resources without them.
    """
    held = {f"{each['resourceType']}/{each['id']}": each for each in _resources()}
    for reference in [each for resource in held.values() for each in _references(resource)]:
        kind, _, ident = reference.partition("/")
        if reference not in held and kind in ACTORS:
            held[reference] = {"resourceType": kind, "id": ident, "active": True}
    ordered: dict[str, Json] = {}
    for place in held:
        _add(place, held, ordered, set())
    return list(ordered.values())


def _add(place: str, held: Mapping[str, Json], ordered: dict[str, Json], above: set[str]) -> None:
    if place not in held or place in ordered or place in above:
        return
    for reference in _references(held[place]):
        _add(reference, held, ordered, above | {place})
    ordered[place] = held[place]


def _resources() -> Iterator[Json]:
    for folder in case_folders():
        request = orjson.loads((folder / "request.json").read_bytes())
        for value in (request["context"].get("report"), *request.get("prefetch", {}).values()):
            if value is None:
                continue
            entries = value.get("entry", []) if value["resourceType"] == "Bundle" else [{"resource": value}]
            for entry in entries:
                if entry["resource"]["resourceType"] != "OperationOutcome":
                    yield entry["resource"]


def _references(value: object) -> Iterator[str]:
    """Every relative reference in a resource, in document order."""
    if isinstance(value, dict):
        literal = value.get("reference")
        if isinstance(literal, str) and literal.count("/") == 1 and "#" not in literal:
            yield literal
        for member in value.values():
            yield from _references(member)
    elif isinstance(value, list):
        for member in value:
            yield from _references(member)
