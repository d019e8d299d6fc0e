"""docs/cards is what the texts say today."""

from __future__ import annotations

import re

from tests.cards.writing.card_pages import PAGES, pages
from tests.cards.writing.written import write_case


def test_the_pages_are_current():
    """Each page of docs/cards is as the generator writes it, and there is no other."""
    content = pages()
    for path, text in content.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run make fixtures"
    assert {*PAGES.rglob("*.md")} - {*content} == {PAGES / "review.md"}


def test_the_review_quotes_the_cards_of_today():
    """Each of the twenty cases of review.md quotes a summary that its report gets today."""
    text = (PAGES / "review.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (W-\d{3}) \| [^|]+ \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)
    assert len(rows) == 20
    for case, quoted in rows:
        assert quoted in [card.summary for card in write_case(case).cards], case
