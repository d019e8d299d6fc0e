"""Cards of the worked cases and of the golden cases, as the tests and docs/cards read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cards.answer import answer
from cards.education.catalog import Page
from cards.facts import Facts
from cards.facts_file import parse_facts
from cards.guidance import Guidance, assess
from cards.policy import Policy
from cards.reading.reading import Reading, ReportContext, Sources
from cards.worked_cases import WorkedCase, worked_cases
from cards.writing import write
from cards.writing.card import Card

TODAY = date(2026, 5, 4)
PUBLIC_URL = "https://cds.example.org"
FIXTURES = Path(__file__).parents[3] / "fixtures"
MOMENT_OF = {
    "report-sign": "after_signature",
    "report-review": "before_signature",
    "patient-view": "viewing",
    "order-sign": "ordering",
}


@dataclass(frozen=True)
class Written:
    """The cards of one report and what they were written from."""

    name: str
    language: str
    guidance: Guidance
    reading: Reading
    cards: tuple[Card, ...]


def ids(seed: str) -> Callable[[], str]:
    """Make uuids that are the same in every run."""
    numbers = count(1)
    return lambda: str(uuid5(NAMESPACE_URL, f"{seed}/{next(numbers)}"))


def sources(facts: Facts) -> Sources:
    """Say where made-up facts came from: one Observation a finding, signed on the golden day."""
    return Sources(
        report="DiagnosticReport/report-7731",
        patient="Patient/patient-7731",
        requester="Practitioner/practitioner-7731",
        exam_date=TODAY,
        signed_date=TODAY,
        findings={
            finding.finding_id: (f"Observation/{finding.finding_id.lower()}-7731",)
            for finding in facts.findings
        },
    )


def write_facts(
    facts: Facts,
    policy: Policy | None = None,
    *,
    language: str = "en",
    moment: str = "after_signature",
    origin: Sources | None = None,
    today: date = TODAY,
    name: str = "facts",
    flags: dict[str, bool] | None = None,
    seed_page_url: str | None = None,
    more_pages: tuple[Page, ...] = (),
) -> Written:
    """Write the cards of facts."""
    policy = policy or Policy()
    flags = flags or {}
    reading = Reading(facts, origin or sources(facts), **flags)
    guidance = assess(facts, policy, today, **flags)
    cards = write(
        guidance,
        reading,
        policy,
        language,
        ids(name),
        today=today,
        moment=moment,
        public_url=PUBLIC_URL,
        seed_page_url=seed_page_url,
        more_pages=more_pages,
    )
    return Written(name, language, guidance, reading, cards)


@cache
def case_named(case_id: str) -> WorkedCase:
    """Find one worked case."""
    return next(case for case in worked_cases() if case.case_id == case_id)


def facts_of(case_id: str) -> tuple[Facts, Policy]:
    """Read the facts and the site's choices of one worked case."""
    facts, site = parse_facts(case_named(case_id).inputs)
    return facts, replace(Policy(), **site)


def write_case(case_id: str, language: str = "en", **how: Any) -> Written:
    """Write the cards of one worked case."""
    facts, policy = facts_of(case_id)
    return write_facts(facts, how.pop("policy", policy), language=language, name=case_id, **how)


def _resources(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for found in (request["context"].get("report"), *(request.get("prefetch") or {}).values()):
        if isinstance(found, dict):
            yield found


@cache
def fixture_cards(folder: str, language: str) -> Written:
    """Write the cards of one golden case."""
    request = json.loads((FIXTURES / folder / "request.json").read_text(encoding="utf-8"))
    context = request["context"]
    answered = answer(
        list(_resources(request)),
        ReportContext(
            patient_id=context.get("patientId"),
            report_id=context.get("reportId"),
            status=context.get("status"),
            moment=MOMENT_OF[request["hook"]],
            draft_orders=tuple(
                entry["resource"] for entry in context.get("draftOrders", {}).get("entry", ())
            ),
        ),
        Policy(),
        language=language,
        today=TODAY,
        new_id=ids(folder),
        public_url=PUBLIC_URL,
    )
    assert answered.guidance is not None
    assert answered.reading is not None
    return Written(folder, language, answered.guidance, answered.reading, answered.cards)


@cache
def everything() -> tuple[tuple[Written, Written], ...]:
    """Write each worked case and each golden case in English and in Spanish."""
    cases = [(write_case(case.case_id, "en"), write_case(case.case_id, "es")) for case in worked_cases()]
    folders = sorted(path.parent.name for path in FIXTURES.glob("*/request.json"))
    return (*cases, *((fixture_cards(name, "en"), fixture_cards(name, "es")) for name in folders))


def all_written() -> tuple[Written, ...]:
    """Give every set of cards in both languages."""
    return tuple(written for pair in everything() for written in pair)
