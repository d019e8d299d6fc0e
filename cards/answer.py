"""The whole line: FHIR resources in, cards out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cards.guidance.guidance import Guidance
from cards.policy import Policy
from cards.reading.reading import Reading, ReportContext
from cards.terminology import Terminology
from cards.writing.card import Card


@dataclass(frozen=True, slots=True)
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
    terminology: Terminology | None = None,
) -> Answer:
    """Answer one report: read it, assess it, write the cards.

    ``resources`` are R4 resources as plain JSON objects; ``language`` is ``en`` or ``es``;
    ``today`` and ``new_id`` (a fresh uuid string a call) come from the caller so that the same
    input always gives the same answer.
    """
    raise RuntimeError("the rooms are being furnished")
