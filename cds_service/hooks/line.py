"""The line from a hook request to its answer. The hook endpoint, the command line and every other
caller use this one way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from cards.answer import Answer, answer
from cards.education.catalog import Page
from cards.policy import Policy
from cards.reading import UnsupportedFhirVersion
from cards.terminology import Terminology
from cds_service.errors import BadRequest, DataMissing
from cds_service.fhir.access import Grant
from cds_service.fhir.gather import NoteCame, gather, unnoted
from cds_service.fhir.prefetch_value import receive
from cds_service.fresh_ids import fresh_uuid
from cds_service.hooks.hook_request import HookRequest
from cds_service.hooks.service import Service
from cds_service.settings import Settings
from cds_service.site import site_policy, site_terminology


def utc_date() -> date:
    """Today in UTC, so that an answer does not depend on the zone of the machine."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Line:
    """What every answer needs beside the request itself.

    ``max_entries`` bounds the resources of one request; ``today`` and ``new_id`` are called
    once an answer and once an id. ``seed_page_url`` is the address of the MD Anderson page, where the
    site gave it; ``more_pages`` gives the pages for patients that came from MedlinePlus Connect, without
    waiting for anybody. ``note_came`` is told what came with each request.
    """

    policy: Policy
    terminology: Terminology
    public_url: str
    max_entries: int
    today: Callable[[], date]
    new_id: Callable[[], str]
    seed_page_url: str | None
    more_pages: Callable[[], tuple[Page, ...]]
    note_came: NoteCame = unnoted


def site_line(
    settings: Settings,
    *,
    policy_file: Path | None = None,
    today: Callable[[], date] = utc_date,
    new_id: Callable[[], str] = fresh_uuid,
    more_pages: Callable[[], tuple[Page, ...]] = tuple,
    note_came: NoteCame = unnoted,
) -> Line:
    """Put the line together for one site; ``policy_file`` replaces the one in the settings.

    Raises SettingsRefused when a file of the site cannot be used.
    """
    policy = site_policy(policy_file or settings.policy_file)
    return Line(
        policy=policy,
        terminology=site_terminology(settings.codes_file, accept_unverified=policy.accept_unverified_codes),
        public_url=settings.public_url,
        max_entries=settings.max_entries,
        today=today,
        new_id=new_id,
        seed_page_url=settings.md_anderson_page_url,
        more_pages=more_pages,
        note_came=note_came,
    )


def answer_hook(
    request: HookRequest,
    service: Service,
    line: Line,
    grant: Grant | None = None,
    language: str | None = None,
) -> Answer:
    """Answer one checked request; with a ``grant``, what did not come is read from the FHIR server.
    ``language`` is the one that the caller asked for, None for the site's.

    Raises BadRequest, DataMissing or BodyTooLarge when no answer is possible.
    """
    if service.concerns is not None and not service.concerns(request, line.terminology):
        for key in service.prefetch:  # what is not needed is refused all the same when it is malformed
            receive(request.prefetch, key)
        return Answer((), None, None)
    gathered = gather(request, service, line.max_entries, grant, line.note_came)
    context = service.read_context(request, gathered)
    try:
        answered = answer(
            gathered.resources,
            context,
            line.policy,
            language=language or line.policy.language,
            today=line.today(),
            new_id=line.new_id,
            public_url=line.public_url,
            terminology=line.terminology,
            seed_page_url=line.seed_page_url,
            more_pages=line.more_pages(),
        )
    except UnsupportedFhirVersion:
        raise BadRequest(
            "The resources are not FHIR R4. Send FHIR R4 resources.",
            expression="context.report" if "report" in request.context else "prefetch",
            code="not-supported",
        ) from None
    place = f"prefetch.{service.needed}"
    if answered.guidance is None and any(each.location.startswith(place) for each in gathered.missing):
        # The report may be among what did not come: silence would say that there is none.
        raise DataMissing(f"No mammography report came, and {place} is incomplete.", expression=place)
    return answered
