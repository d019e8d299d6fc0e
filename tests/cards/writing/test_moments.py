"""Cards while a patient is viewed, an order is signed or a report is reviewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cards.facts import Facts, Finding
from cards.guidance import assess
from cards.guidance.moments import for_moment
from cards.policy import Policy
from cards.reading.reading import DraftOrder, LaterExam, Reading
from cards.writing import write
from cards.writing.card import Card
from tests.cards.guidance.test_order_check import BENIGN, PROBABLY_BENIGN, RECALLED, SUSPICIOUS
from tests.cards.writing.written import PUBLIC_URL, ids, sources

EXAM, SIGNED = date(2026, 3, 10), date(2026, 3, 11)
UNDER_CALLED = replace(SUSPICIOUS, assessment_overall="3", recommendation=("short_interval_follow_up",))
LANGUAGES = pytest.mark.parametrize("language", ["en", "es"])


def cards(
    facts: Facts,
    moment: str,
    today: str,
    *,
    language: str = "en",
    policy: Policy | None = None,
    **found: Any,
) -> tuple[Card, ...]:
    """The cards of a report of 10 March 2026 at one moment of a later day."""
    chosen, day = policy or Policy(), date.fromisoformat(today)
    origin = replace(sources(facts), exam_date=EXAM, signed_date=SIGNED, **found)
    guidance = for_moment(assess(facts, chosen, day), origin, chosen, day, moment)
    reading = Reading(facts, origin)
    return write(
        guidance, reading, chosen, language, ids("moment"), today=day, moment=moment, public_url=PUBLIC_URL
    )


def draft(kind: str, side: str | None = None, first: str | None = None) -> DraftOrder:
    """An order about to be signed."""
    day = None if first is None else date.fromisoformat(first)
    return DraftOrder(f"ServiceRequest/{kind}", kind, side, day, day)


@LANGUAGES
@pytest.mark.parametrize("facts", [PROBABLY_BENIGN, RECALLED, SUSPICIOUS, BENIGN])
@pytest.mark.parametrize("today", ["2026-03-12", "2026-09-12", "2026-10-12", "2028-10-12"])
def test_whoever_opens_a_record_learns_what_was_advised_last(language: str, facts: Facts, today: str):
    """One sentence of at most 139 characters with the due date, at any time, in both languages."""
    [card] = [one for one in cards(facts, "viewing", today, language=language) if one.family == "follow_up"]
    [rule] = [name for name in card.rule_ids if name.startswith("R-TR-")]
    assert rule in ("R-TR-01", "R-TR-03", "R-TR-04", "R-TR-06")
    assert len(card.summary) <= 139
    assert card.summary.endswith(".")
    assert " 202" in card.summary
    assert len(card.detail) <= 900
    assert "{" not in card.summary + card.detail


def test_a_follow_up_that_looks_overdue_is_a_warning():
    """It says so, says that it may have been done elsewhere, and offers the order."""
    [card] = cards(PROBABLY_BENIGN, "viewing", "2026-10-12")
    assert (card.indicator, card.family) == ("warning", "follow_up")
    assert "looks overdue" in card.summary
    assert "done elsewhere" in card.detail
    [offered] = card.suggestions
    assert offered.label.startswith("Order diagnostic mammogram")
    assert offered.label.endswith("right breast")


def test_what_was_done_is_said():
    """A later diagnostic exam is named by its day."""
    later = (LaterExam("DiagnosticReport/2", date(2026, 9, 20), "diagnostic"),)
    [card] = cards(PROBABLY_BENIGN, "viewing", "2026-12-12", later_exams=later)
    assert (card.indicator, "2026-09-20" in card.summary) == ("info", True)


def test_a_contradiction_in_the_report_stays_in_front():
    """An under-called report is not replaced by its own follow-up; when overdue, that is a second card."""
    early = cards(UNDER_CALLED, "viewing", "2026-05-04")
    late = cards(UNDER_CALLED, "viewing", "2026-12-12")
    assert "follow_up" not in {card.family for card in early}
    assert {"under_called", "follow_up"} <= {card.family for card in late}
    [follow_up] = [card for card in late if card.family == "follow_up"]
    assert (follow_up.indicator, follow_up.suggestions) == ("warning", ())
    assert "biopsy" not in follow_up.summary


def test_no_rule_is_lost_when_the_follow_up_leads():
    """The card answers for the verdict's rules as well."""
    [card] = cards(PROBABLY_BENIGN, "viewing", "2026-05-04")
    assert {"R-TR-03", "R-CC-10"} <= set(card.rule_ids)


@LANGUAGES
@pytest.mark.parametrize(
    ("facts", "order", "rule"),
    [
        (PROBABLY_BENIGN, draft("diagnostic", "right", "2026-05-10"), "R-OS-01"),
        (BENIGN, draft("screening", None, "2026-05-10"), "R-OS-01"),
        (PROBABLY_BENIGN, draft("diagnostic", "right", "2027-05-10"), "R-OS-02"),
        (RECALLED, draft("diagnostic", "right", "2027-05-10"), "R-OS-02"),
        (SUSPICIOUS, draft("diagnostic", "right", "2027-05-10"), "R-OS-02"),
        (SUSPICIOUS, draft("biopsy", "left"), "R-OS-03"),
        (replace(BENIGN, mastectomy_side="left"), draft("diagnostic", "left"), "R-OS-03"),
        (RECALLED, draft("screening"), "R-OS-04"),
    ],
)
def test_whoever_signs_an_order_learns_what_it_contradicts(
    language: str, facts: Facts, order: DraftOrder, rule: str
):
    """One card with one sentence, what was read, no order of ours, in both languages."""
    [card] = cards(facts, "ordering", "2026-05-04", language=language, draft_orders=(order,))
    assert (card.family, card.rule_ids, card.suggestions) == ("order", (rule,), ())
    assert len(card.summary) <= 139
    assert card.summary.endswith(".")
    assert "…" not in card.summary
    assert len(card.detail) <= 900
    assert "{" not in card.summary + card.detail
    assert card.references == ("Observation/f1-7731",)


def test_an_order_that_fits_gets_no_card():
    """Silence, whatever else the report may lack."""
    fitting = draft("diagnostic", "right", "2026-09-10")
    lacking = replace(PROBABLY_BENIGN, breast_density=None)
    assert cards(lacking, "ordering", "2026-05-04", draft_orders=(fitting,)) == ()


def test_each_draft_order_has_its_own_card_the_worst_first():
    """Two orders, two cards; a site's limit holds here, too."""
    orders = (draft("screening"), draft("biopsy", "left"))
    both = cards(SUSPICIOUS, "ordering", "2026-05-04", draft_orders=orders)
    assert [card.indicator for card in both] == ["critical", "warning"]
    one = Policy(switches={"max_cards": 1})
    assert len(cards(SUSPICIOUS, "ordering", "2026-05-04", draft_orders=orders, policy=one)) == 1


def test_a_site_may_show_critical_orders_as_warnings():
    """critical_shown_as holds for every moment."""
    quieter = Policy(switches={"critical_shown_as": "warning"})
    [card] = cards(
        SUSPICIOUS, "ordering", "2026-05-04", draft_orders=(draft("biopsy", "left"),), policy=quieter
    )
    assert card.indicator == "warning"


def test_before_the_signature_nothing_is_ordered_and_no_timer_runs():
    """Consistency only: words for the time before, no suggestion, no date of a letter."""
    found = cards(UNDER_CALLED, "before_signature", "2026-03-10")
    assert found
    assert all(card.suggestions == () for card in found)
    text = " ".join(card.summary + card.detail for card in found)
    assert "before you sign" in text
    assert "settled by" not in text
    assert "letter" not in text.lower()


def test_a_side_without_a_finding_of_its_own_is_only_said_where_there_is_one():
    """Findings in both breasts: an order for either side is for one of them."""
    facts = replace(
        PROBABLY_BENIGN, findings=(Finding(laterality="left"), Finding(finding_id="F2", laterality="right"))
    )
    order = draft("diagnostic", "left", "2026-09-10")
    assert cards(facts, "ordering", "2026-05-04", draft_orders=(order,)) == ()
