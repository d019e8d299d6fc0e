"""Whether anything is left to read from the FHIR server: decided in a few microseconds for every call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cds_service.fhir.prefetch_value import Received, Resource, next_page


def lacks_a_key(sources: Mapping[str, Received], skip: str) -> bool:
    """Say whether a key did not come or has a further page, but for the place ``skip``."""
    return any(
        source.state == "absent" or (source.value is not None and next_page(source.value) is not None)
        for place, source in sources.items()
        if not source.is_whole and place != skip
    )


def lacks_a_result(report_id: object, resources: Iterable[Resource]) -> bool:
    """Say whether the report or an Observation seems to refer to one that is not among ``resources``."""
    here: set[object] = set()
    wanted: list[object] = []
    for resource in resources:
        kind = resource.get("resourceType")
        if kind == "Observation":
            here.add(resource.get("id"))
            if "hasMember" in resource:
                wanted.append(resource["hasMember"])
        elif kind == "DiagnosticReport" and resource.get("id") == report_id:
            wanted.append(resource.get("result"))
    for references in wanted:
        for reference in references if isinstance(references, list) else ():
            literal = reference.get("reference") if isinstance(reference, dict) else None
            if isinstance(literal, str) and literal.rpartition("/")[2] not in here:
                return True
    return False
