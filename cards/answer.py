"""The whole line: FHIR resources in, cards out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from cards.education.catalog import Page
from cards.guidance.assess import assess
from cards.guidance.guidance import Guidance
from cards.guidance.moments import for_moment
from cards.history import look_back
from cards.policy import Policy
from cards.reading.read import read
from cards.reading.reading import Reading, ReportContext
from cards.terminology import Terminology
from cards.value_class import value_class
from cards.writing.card import Card
from cards.writing.write import write


@value_class
class Answer:
    """Cards for the clinician, the guidance behind them and what was read.

    ``guidance`` is None only when the data hold no mammography report at all.
    """

    cards: tuple[Card, ...]
    guidance: Guidance | None
    reading: Reading | None


def answer(
    resources: Iterable[Mapping[str, object]],
    context: ReportContext,
    policy: Policy,
    *,
    language: str,
    today: date,
    new_id: Callable[[], str],
    public_url: str,
    terminology: Terminology | None = None,
    seed_page_url: str | None = None,
    more_pages: Sequence[Page] = (),
) -> Answer:
    """Answer one report: read it, assess it, write the cards.

    ``resources`` are R4 resources and Bundles as plain JSON objects; ``language`` is ``en`` or
    ``es``; ``public_url`` is the address that links to the evidence pages start with;
    ``seed_page_url`` is that of the MD Anderson page (R-ED-02) and ``more_pages`` are pages for
    patients beyond the catalogue, where the site has them. ``today``
    and ``new_id`` (a fresh uuid string a call) come from the caller so that the same input
    always gives the same answer. A policy in silent mode is evaluated and gives no cards.
    Raises UnsupportedFhirVersion when the resources are not FHIR R4.
    """
    reading = look_back(read(resources, context, terminology=terminology))
    if reading.sources.report is None:
        return Answer((), None, reading)
    guidance = assess(
        reading.facts,
        policy,
        today,
        problems=reading.problems,
        incomplete=reading.incomplete,
        unreadable=reading.unreadable,
        described_uncoded=reading.described_uncoded,
    )
    guidance = for_moment(guidance, reading.sources, policy, today, context.moment)
    cards = (
        ()
        if policy.mode == "silent"
        else write(
            guidance,
            reading,
            policy,
            language,
            new_id,
            today=today,
            moment=context.moment,
            public_url=public_url,
            seed_page_url=seed_page_url,
            more_pages=more_pages,
        )
    )
    return Answer(cards, guidance, reading)
