"""What ``seed`` puts on a server: the golden cases, without contradictions, in a usable order."""

from __future__ import annotations

import json

from cds_service.ehr import seeds
from cds_service.ehr.seeds import ACTORS


def test_no_two_cases_say_different_things_of_one_resource() -> None:
    """Every id of the golden cases means one resource, so that all cases fit on one server."""
    known: dict[tuple[object, object], str] = {}
    for resource in seeds._resources():
        place = (resource["resourceType"], resource["id"])
        assert known.setdefault(place, json.dumps(resource, sort_keys=True)) == json.dumps(
            resource, sort_keys=True
        ), place


def test_what_is_referred_to_comes_first() -> None:
    """A server that checks references finds everything that is among the seeds already there."""
    resources = seeds.seeds()
    places = {f"{each['resourceType']}/{each['id']}" for each in resources}
    there: set[str] = set()
    for resource in resources:
        for reference in seeds._references(resource):
            assert reference in there or reference not in places
            assert reference in places or reference.partition("/")[0] not in ACTORS
        there.add(f"{resource['resourceType']}/{resource['id']}")
    assert len(there) == len(resources)
