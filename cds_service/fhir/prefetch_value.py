"""One prefetch key, told apart: absent, null, empty, an OperationOutcome, or data (CH-070 to CH-079)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from cards.problem import Problem
from cards.value_class import value_class
from cds_service.hooks.members import mistyped

Resource = dict[str, object]
State = Literal["absent", "null", "empty", "outcome", "data"]


@value_class
class Received:
    """What came under one key.

    ``absent``: nothing may be concluded. ``null`` and ``empty``: the client has no such data.
    ``outcome``: the client tried and failed, asking again is useless. ``value`` is the resource or Bundle as
    it came, ``resources`` the resources in it. ``problems`` say what of the data did not come: a page
    not sent, an entry without a resource, a part that failed. ``is_whole``: everything that was asked for
    is there, so that what is not among it does not exist.
    """

    state: State
    value: Resource | None = field(default=None, repr=False)
    resources: tuple[Resource, ...] = field(default=(), repr=False)
    problems: tuple[Problem, ...] = ()
    is_whole: bool = False


ABSENT = Received("absent")
NULL = Received("null", is_whole=True)


def receive(prefetch: Mapping[str, object], key: str) -> Received:
    """Read one key of the prefetch; a read gives a resource, a search a Bundle, both are taken.

    Raises BadRequest when the value is neither null nor a FHIR resource.
    """
    if key not in prefetch:
        return ABSENT
    value = prefetch[key]
    if value is None:
        return NULL
    location = f"prefetch.{key}"
    if not isinstance(value, dict):
        raise mistyped(location, "a FHIR resource, a Bundle or null")
    kind = value.get("resourceType")
    if kind == "Bundle":
        return receive_bundle(value, location)
    if kind == "OperationOutcome":
        return Received("outcome", problems=(_failed(location),))
    if not value:
        return Received("empty")
    if not isinstance(kind, str):
        raise mistyped(f"{location}.resourceType", "the name of a FHIR resource type")
    return Received("data", value, (value,), is_whole=True)


def receive_bundle(bundle: Resource, location: str, before: int = 0) -> Received:
    """Read the entries of a Bundle; ``location`` names it in problems and refusals.

    ``before`` is the number of entries on earlier pages of the same search.
    An entry whose resource is damaged is left to the reader, which says so (R-DQ-15).
    """
    entries = bundle.get("entry")
    if entries is None:
        entries = []
    if not isinstance(entries, list):
        raise mistyped(f"{location}.entry", "an array")
    resources: list[Resource] = []
    problems: list[Problem] = []
    failed = damaged = False
    for position, entry in enumerate(entries):
        if not isinstance(entry, dict) or "resource" not in entry:
            place = f"{location}.entry[{position}]"
            problems.append(Problem(place, "empty-entry", f"{place} holds no resource."))
            continue
        resource = entry["resource"]
        if not isinstance(resource, dict):
            damaged = True
            continue
        if resource.get("resourceType") == "OperationOutcome":
            failed = failed or not _is_harmless(resource)
        else:
            resources.append(resource)
    if failed:
        problems.append(_failed(location))
    if next_page(bundle) is not None:
        problems.append(Problem(location, "unread-page", f"{location} has a next page that was not sent."))
    elif _says_more(bundle, before + len(entries)):
        problems.append(Problem(location, "unread-page", f"{location} holds fewer hits than its total."))
    state: State = "data" if resources else "outcome" if failed else "data" if entries else "empty"
    return Received(state, bundle, tuple(resources), tuple(problems), is_whole=not (problems or damaged))


def _failed(location: str) -> Problem:
    return Problem(location, "operation-outcome", f"The EHR could not supply {location}.")


def _is_harmless(outcome: Resource) -> bool:
    """Say whether an OperationOutcome among the hits only informs or warns: servers note there
    which parameters they ignored and how the search was done."""
    issues = outcome.get("issue")
    return isinstance(issues, list) and all(
        isinstance(issue, dict) and issue.get("severity") in ("information", "warning") for issue in issues
    )


def next_page(bundle: Mapping[str, object]) -> object:
    """The address of the next page as it was sent, of whatever type; None on the last page."""
    links = bundle.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next":
            return link.get("url", "")
    return None


def _says_more(bundle: Resource, came: int) -> bool:
    """Say whether a search states more hits than came along: some servers page without a link."""
    total = bundle.get("total")
    return isinstance(total, int) and not isinstance(total, bool) and total > came
