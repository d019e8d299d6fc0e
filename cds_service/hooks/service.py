"""Service: one row of the table of services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cards.reading.reading import ReportContext
from cards.terminology import Terminology
from cds_service.fhir.gathered import Gathered
from cds_service.hooks.hook_request import HookRequest

MemberCheck = Callable[[object, str], None]


@dataclass(frozen=True, slots=True)
class Service:
    """One CDS service: what discovery says of it, what it needs and how its context is read.

    ``required`` and ``optional`` are the members of the hook's context with the check each has to
    pass; ``prefetch`` the templates it publishes; ``needed`` the one prefetch key without which no
    answer is possible; ``read_context`` turns a checked request, and what came and did not come, into
    what the reader is told about the report. ``concerns``, where there is one, says whether a request can get
    a card at all: if not, the answer is empty and no data are asked for.
    """

    id: str
    hook: str
    title: str
    description: str
    usage_requirements: str
    required: Mapping[str, MemberCheck]
    optional: Mapping[str, MemberCheck]
    prefetch: Mapping[str, str]
    needed: str
    read_context: Callable[[HookRequest, Gathered], ReportContext]
    concerns: Callable[[HookRequest, Terminology], bool] | None = None
