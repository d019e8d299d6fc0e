"""What is wrong with the catalogue today: pages nobody verified, and pages grown old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cards.duration import day_after
from cards.education.catalog import Page


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark on one page: ``code`` is unverified, stale or unreachable."""

    page: Page
    code: str
    text: str


def check_pages(pages: Iterable[Page], today: date, max_age: str) -> tuple[Remark, ...]:
    """Name the pages that nobody verified and those whose review is older than ``max_age``,
    an ISO 8601 duration.

    A page without a known review date counts as stale (R-ED-06).
    """
    remarks = []
    for page in pages:
        if not page.verified:
            remarks.append(Remark(page, "unverified", "nobody saw this page; it is never linked"))
        if page.reviewed is None:
            remarks.append(Remark(page, "stale", "review date not known"))
        elif day_after(page.reviewed, max_age) < today:
            remarks.append(Remark(page, "stale", f"reviewed {page.reviewed.isoformat()}"))
    return tuple(remarks)
