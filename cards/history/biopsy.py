"""Whether a biopsy that an earlier report advised was done, and what category led to it."""

from __future__ import annotations

from datetime import date

from cards.facts import Finding
from cards.history.breast import BOTH, category_of, covers
from cards.reading.reading import EarlierReport, Sources

ADVISING = frozenset(("4", "4A", "4B", "4C", "5"))
_AT_BIOPSY = ADVISING | {"3"}


def biopsy_done(prior: EarlierReport, side: str, sources: Sources) -> bool | None:
    """Whether breast tissue was taken between the earlier exam and this one, from that breast.

    False only when the record of procedures came whole; a biopsy without a date leaves it open: None.
    """
    undated = False
    for biopsy in sources.biopsies:
        if not covers(biopsy.side, side):
            continue
        if biopsy.day is None or prior.exam_date is None:
            undated = True
        elif prior.exam_date <= biopsy.day and (sources.exam_date is None or biopsy.day <= sources.exam_date):
            return True
    return False if sources.biopsies_complete and not undated else None


def category_at_biopsy(finding: Finding, taken: date, reports: tuple[EarlierReport, ...]) -> str | None:
    """The category 3 to 5 of the last earlier report before the tissue was taken, for that breast."""
    for report in reports:
        if report.exam_date is None or report.exam_date > taken:
            continue
        for side in BOTH:
            if covers(finding.laterality, side):
                category = category_of(report, side)
                if category in _AT_BIOPSY:
                    return category
    return None
