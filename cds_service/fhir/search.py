"""A search on the FHIR server, or the further pages of one that came as prefetch -> Received.

Pages are followed while there is time; what was not read is said (R-DQ-14). Nothing of an answer is used that
holds another patient's data or another type of resource than was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from cards.problem import Problem
from cds_service.errors import BadRequest
from cds_service.fhir.access import FhirAccess
from cds_service.fhir.patient_guard import refuse_other_patients
from cds_service.fhir.prefetch_value import Received, Resource, next_page, receive_bundle
from cds_service.fhir.server_read import REASONS, Reply
from cds_service.fhir.templates import resource_type
from cds_service.outgoing import Budget

# A search that is not at its end by then pages in circles.
MOST_PAGES = 20
NOT_READ = "not-read"
REPORT_PLACE = "prefetch.report"


def not_read(location: str, reason: str) -> Problem:
    """The problem of data that the FHIR server did not give; its code names the key, for the card."""
    key = location.removeprefix("prefetch.")
    return Problem(location, f"{NOT_READ}-{key}", f"The FHIR server {REASONS[reason]}: {location}.")


def failed(location: str, reason: str) -> Received:
    """What came of a read that failed."""
    return Received("outcome", problems=(not_read(location, reason),))


def read_instance(
    access: FhirAccess, query: str, location: str, budget: Budget
) -> tuple[Received, list[Reply]]:
    """Read ``Type/id``.

    The report itself may be another patient's: then the request contradicts itself, which is the caller's
    to hear (CH-061), and no fault of the server.
    """
    reply = access.read(query, budget)
    resource = reply.resource
    if resource is None:
        return failed(location, reply.reason), [reply]
    kind, _, ident = query.partition("/")
    if resource.get("resourceType") != kind or resource.get("id") != ident:
        return failed(location, "other-type"), [reply]
    if location != REPORT_PLACE and is_another_patients(access, (resource,)):
        return failed(location, "other-patient"), [reply]
    return Received("data", resource, (resource,), is_whole=True), [reply]


def search(
    access: FhirAccess, query: str, location: str, budget: Budget, first: Resource | None = None
) -> tuple[Received, list[Reply]]:
    """Do a search with all of its pages; ``first`` is a first page that came already."""
    replies: list[Reply] = []
    if first is None:
        reply = access.read(query, budget)
        replies.append(reply)
        if reply.resource is None:
            return failed(location, reply.reason), replies
        reason = _wrong(access, reply.resource, resource_type(query))
        if reason:
            return failed(location, reason), replies
        first = reply.resource
    pages, problem = [first], None
    seen: set[object] = set()
    while (url := next_page(pages[-1])) is not None:
        reason = _stop(pages, url, seen, access.reader.max_entries)
        if not reason:
            seen.add(url)
            reply = access.read(query, budget, cast(str, url))
            replies.append(reply)
            reason = reply.reason
            if reply.resource is not None:
                reason = _wrong(access, reply.resource, resource_type(query))
                if not reason:
                    pages.append(reply.resource)
                    continue
        problem = Problem(
            location, "unread-page", f"The FHIR server {REASONS[reason]}: a page of {location}."
        )
        break
    return _joined(pages, location, problem), replies


def _stop(pages: list[Resource], url: object, seen: set[object], max_entries: int) -> str:
    """Say why the next page is not asked for; empty when it is."""
    if not isinstance(url, str) or url in seen or len(pages) >= MOST_PAGES:
        return "refused"
    return "refused" if sum(len(_entries(page)) for page in pages) >= max_entries else ""


def _wrong(access: FhirAccess, page: Resource, kind: str) -> str:
    """Say why a page is not used; empty when it is."""
    if page.get("resourceType") != "Bundle":
        return "other-type"
    if page.get("entry") is not None and not isinstance(page.get("entry"), list):
        return "not-fhir"
    resources = []
    for entry in _entries(page):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            continue
        resources.append(resource)
        if resource.get("resourceType") not in (kind, "OperationOutcome") and not _is_included(entry):
            return "other-type"
    return "other-patient" if is_another_patients(access, resources) else ""


def is_another_patients(access: FhirAccess, resources: Iterable[Resource]) -> bool:
    """Say whether one of the resources belongs to another patient than this call is about."""
    try:
        refuse_other_patients(resources, access.patient_id, lambda _: None)
    except BadRequest:
        return True
    return False


def _entries(page: Resource) -> list[object]:
    entries = page.get("entry")
    return entries if isinstance(entries, list) else []


def _is_included(entry: object) -> bool:
    holder = entry.get("search") if isinstance(entry, dict) else None
    return isinstance(holder, Mapping) and holder.get("mode") in ("include", "outcome")


def _joined(pages: list[Resource], location: str, problem: Problem | None) -> Received:
    """One Bundle out of several pages, without links: what they lead to was read or is in ``problem``."""
    entries = [entry for page in pages for entry in _entries(page)]
    whole = {name: value for name, value in pages[-1].items() if name != "link"} | {"entry": entries}
    received = receive_bundle(whole, location)
    if problem is None:
        return received
    problems = (*(each for each in received.problems if each.code != "unread-page"), problem)
    return Received(received.state, received.value, received.resources, problems)
