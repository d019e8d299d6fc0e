"""Properties of the cards of any report, not only of the worked cases."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cards.writing import MOMENTS
from tests.cards.guidance.reports import Case, cases
from tests.cards.writing.written import Written, sources, write_facts

MANY = settings(max_examples=1000)
RANK = {"none": 0, "info": 1, "warning": 2, "critical": 3}


def _written(case: Case, language: str, moment: str) -> Written:
    flags = {
        "incomplete": case.incomplete,
        "unreadable": case.unreadable,
        "described_uncoded": case.described_uncoded,
    }
    # The longest cards: nothing of the history was sent.
    origin = replace(sources(case.facts), not_sent=frozenset({"reports", "procedures"}))
    return write_facts(case.facts, case.policy, language=language, moment=moment, flags=flags, origin=origin)


RULE_ID = re.compile(r"\b(R-[A-Z]{2}-\d+|C-\d{2})\b")
# R-ED-04: beside a 6-month interval nothing is benign but probably.
CALLED_BENIGN = re.compile(r"(?<!probably )(?<!probablemente )benign", re.IGNORECASE)


@MANY
@given(case=cases, language=st.sampled_from(["en", "es"]), moment=st.sampled_from(MOMENTS))
def test_any_report_keeps_the_limits(case: Case, language: str, moment: str):
    """Whatever the report: short summaries, short details, no open slot, no rule twice, and the
    most urgent card is as urgent as the guidance."""
    written = _written(case, language, moment)
    for card in written.cards:
        assert 0 < len(card.summary) <= 139
        assert "…" not in card.summary
        assert 0 < len(card.detail) <= 900
        assert not set("{}") & set(card.summary + card.detail)
        assert not RULE_ID.search(card.summary + card.detail)
        for line in (card.summary, *card.detail.splitlines()):
            if "6 months" in line or "6 meses" in line:
                assert not CALLED_BENIGN.search(line)
    counted = [rule for card in written.cards for rule in card.rule_ids]
    assert len(counted) == len(set(counted))
    if written.cards and "critical_shown_as" not in case.policy.switches:
        highest = max(RANK[card.indicator] for card in written.cards)
        assert highest == max(RANK[written.guidance.max_indicator], RANK["info"])


@MANY
@given(case=cases)
def test_any_order_has_a_sure_side(case: Case):
    """Whatever the report: no order in doubt of side or category, none for a mastectomy side,
    none after death, and at most one is recommended."""
    written = _written(case, "en", "after_signature")
    made = [suggestion for card in written.cards for suggestion in card.suggestions]
    orders = [dict(one.actions[0].resource) for one in made]
    orders = [order for order in orders if order["resourceType"] == "ServiceRequest"]
    doubt = {rule.id for rule in written.guidance.rules} & {"R-DQ-01", "R-DQ-02", "R-DQ-13"}
    assert not (orders and (doubt or case.facts.deceased))
    gone = {"left": ["Left", "Both"], "right": ["Right", "Both"], "both": ["Left", "Right", "Both"]}
    for order in orders:
        for site in order.get("bodySite", ()):  # type: ignore[attr-defined]
            assert site["text"].split()[0] not in gone.get(case.facts.mastectomy_side, ())
    assert sum(one.is_recommended for one in made) <= 1


@MANY
@given(case=cases)
def test_both_languages_suggest_the_same(case: Case):
    """Whatever the report: English and Spanish cards have the same families, urgency and orders."""
    shapes = []
    for language in ("en", "es"):
        cards = _written(case, language, "after_signature").cards
        shapes.append(
            [
                (
                    card.family,
                    card.indicator,
                    card.rule_ids,
                    [
                        {
                            name: one.actions[0].resource.get(name)
                            for name in ("resourceType", "bodySite", "occurrencePeriod")
                        }
                        for one in card.suggestions
                    ],
                )
                for card in cards
            ]
        )
    assert shapes[0] == shapes[1]


@MANY
@given(case=cases, muted=st.sampled_from(["R-DQ-08", "R-DQ-07", "R-RC-05", "R-DQ-06"]))
def test_muting_never_hides_a_critical_rule(case: Case, muted: str):
    """Whatever the report: a muted rule that fires critical keeps its card."""
    policy = replace(case.policy, muted=frozenset({muted}))
    written = _written(case._replace(policy=policy), "en", "after_signature")
    for rule in written.guidance.rules:
        if rule.indicator == "critical":
            assert any(
                rule.id in card.rule_ids and card.indicator in ("critical", "warning")
                for card in written.cards
            )
