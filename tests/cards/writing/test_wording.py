"""How a card says it: nothing ambiguous, nothing twice, the report before the next exam."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cards.writing.texts import texts
from tests.cards.writing.written import write_case


def detail_of(case: str, language: str = "en", **how: Any) -> str:
    """Join what stands on all cards of a case."""
    cards = write_case(case, language, **how).cards
    return "\n".join(f"{card.summary}\n{card.detail}" for card in cards)


@pytest.mark.parametrize("case", ["W-059", "W-060"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_step_names_a_side_in_doubt(case: str, language: str):
    """R-DQ-01, R-DQ-02: what comes next names no breast while it is open which one is meant."""
    start = texts(language).words["next"].partition("{")[0]
    [line] = [line for line in detail_of(case, language).splitlines() if line.startswith(start)]
    sides = [texts(language).tables["breast"][side] for side in ("left", "right", "both")]
    assert not any(side in line for side in sides), line
    assert texts(language).words["doubt_side"] in line


def test_the_same_step_in_both_breasts_is_said_once():
    """A biopsy of each breast is one phrase of the detail and two orders."""
    written = write_case("W-033").cards[0]
    assert written.detail.count("image-guided biopsy") == 1
    assert "image-guided biopsy (both breasts)" in written.detail
    assert len(written.suggestions) == 2


def test_the_report_comes_before_the_next_exam():
    """What to do with the report itself stands first among what comes next."""
    assert "Next: consider an addendum; magnification views (left breast)" in detail_of("W-027")


def test_an_interval_that_is_over_is_not_ahead():
    """A follow-up that was due is not ordered "in 6 months" from today."""
    late = write_case("W-013", moment="viewing", today=date(2027, 2, 1)).cards[0]
    assert "diagnostic mammogram (left breast), was due 2026-11-04" in late.detail
    assert [one.label for one in late.suggestions] == ["Order diagnostic mammogram, left breast"]


def test_a_provisional_report_starts_no_timer():
    """R-SC-03: a report that is not final names no day by which a result is due."""
    assert "with a result by" not in detail_of("W-065")
    assert "with a result by" in detail_of("W-057")


@pytest.mark.parametrize("case", ["W-157", "W-136", "W-182", "W-122", "W-091"])
def test_a_reason_stands_only_beside_what_it_explains(case: str):
    """Where the verdict is about a cancer or about something else, no reason for a shape follows it."""
    verdict = write_case(case).cards[-1].detail.partition("\n\n")[0]
    assert not any(reason in verdict for reason in texts("en").tables["why"].values())


def test_an_unknown_code_asks_for_no_addendum_and_calms_nobody():
    """R-DQ-05: the code is the site's to map, and nothing reassuring stands beside an unknown shape."""
    text = detail_of("W-066")
    assert "addendum" not in text
    assert texts("en").tables["patient"]["routine"] not in text
