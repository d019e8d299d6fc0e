"""write(): one main card, extra cards, what a site may change, and when silence is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cards.facts import UNSTATED_FACTS, Facts
from cards.guidance import RULES
from cards.guidance.catalogue import FIRING
from cards.policy import Policy
from cards.writing import MOMENTS
from cards.writing.families import card_rules, families, parse_families
from cards.writing.family_rules import VERDICT_RULES, rules_of
from cards.writing.texts import texts
from tests.cards.writing.written import everything, facts_of, sources, write_case, write_facts

SEED_PAGE = "https://www.mdanderson.org/cancerwise/example.html"


@pytest.mark.parametrize("case", ["W-062", "W-063", "W-118"])
def test_silence_is_right_for(case: str):
    """A withdrawn report, one without calcifications and an ultrasound give no card."""
    assert write_case(case).cards == ()


def test_silence_must_be_earned():
    """Without a finding, but with data that did not come, one card says what is missing."""
    facts, policy = facts_of("W-063")
    cards = write_facts(facts, policy, flags={"incomplete": True}).cards
    assert [(card.family, card.indicator) for card in cards] == [("incomplete", "info")]
    assert all(len(card.links) == 1 for card in cards)


def test_described_but_not_coded():
    """R-SC-07: described and not coded is said, and nothing is advised."""
    facts = replace(UNSTATED_FACTS, report_status="final", exam_type="diagnostic", assessment_overall="4B")
    cards = write_facts(facts, flags={"described_uncoded": True}).cards
    assert [card.family for card in cards] == ["described_not_coded"]
    assert cards[0].suggestions == ()


def test_received_findings_only():
    """R-DQ-14: concordant is worded "among the findings received"."""
    facts, policy = facts_of("W-028")
    card = write_facts(facts, policy, flags={"incomplete": True}).cards[0]
    assert "among the findings received" in card.summary
    assert "among the findings received" in card.detail


@pytest.mark.parametrize(
    ("signed", "due"), [("2026-04-20", "2026-04-27"), ("2026-04-29", "2026-05-01"), (None, None)]
)
def test_the_letter_is_due_on_the_earlier_day(signed: str | None, due: str | None):
    """Seven days from the signature, but never later than thirty days from the exam of 1 April."""
    facts, policy = facts_of("W-028")
    origin = replace(
        sources(facts),
        exam_date=date(2026, 4, 1),
        signed_date=None if signed is None else date.fromisoformat(signed),
    )
    detail = write_facts(facts, policy, origin=origin).cards[0].detail
    assert ("letter and provider report are due by" in detail) is (due is not None)
    assert due is None or f"due by {due}" in detail


def test_provisional_is_said_on_every_card():
    """R-SC-03: each card of a report that is not final begins with Provisional."""
    facts, policy = facts_of("W-047")
    cards = write_facts(replace(facts, report_status="preliminary"), policy).cards
    assert len(cards) == 2
    assert all(card.summary.startswith("Provisional: ") for card in cards)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("after_signature", "consider an addendum"),
        ("before_signature", "please check before you sign"),
        ("viewing", "ask the reading radiologist"),
    ],
)
def test_each_moment_has_its_words(moment: str, words: str):
    """What to do with the report depends on who reads the card and when."""
    assert moment in MOMENTS
    card = write_case("W-027", moment=moment).cards[0]
    assert words in card.summary
    assert words in card.detail


def _crowded() -> Facts:
    """Facts with an under-call, missing density, a history conflict and open earlier advice."""
    facts, _ = facts_of("W-027")
    finding = replace(facts.findings[0], change="stable", prior_report_describes="no")
    return replace(
        facts,
        findings=(finding,),
        breast_density=None,
        prior_assessment="4A",
        prior_biopsy_done=False,
        previous_assessment="1",
        report_status="amended",
    )


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_max_cards_lowers_nothing(limit: int):
    """With fewer cards the main one stays, and the most urgent indicator stays."""
    written = write_facts(_crowded(), Policy(switches={"max_cards": limit}))
    assert len(written.cards) == min(limit, 5)
    assert written.cards[0].indicator == "critical"
    fired = {rule.id for rule in written.guidance.rules if rule.indicator in ("warning", "critical")}
    assert fired <= {rule_id for card in written.cards for rule_id in card.rule_ids}
    assert all(len(card.detail) <= 900 for card in written.cards)


def test_a_folded_critical_card_speaks_first():
    """One card only, an info verdict and a critical rule: the card says the critical rule."""
    facts, policy = facts_of("W-046")
    cards = write_facts(facts, replace(policy, switches={"max_cards": 1})).cards
    assert [card.indicator for card in cards] == ["critical"]
    assert "no biopsy is recommended" in cards[0].summary
    assert "usually leads to tissue diagnosis" in cards[0].detail


def test_a_muted_rule_gives_no_card_and_is_named():
    """A muted rule has no card of its own; the main card names it."""
    facts, policy = facts_of("W-100")
    cards = write_facts(facts, replace(policy, muted=frozenset({"R-DQ-08"}))).cards
    assert [card.family for card in cards] == ["concordant"]
    assert "No card here by site choice: Breast density is missing." in cards[0].detail


def test_a_critical_rule_is_never_muted():
    """Muting a rule that fires critical changes nothing."""
    facts, policy = facts_of("W-059")
    cards = write_facts(facts, replace(policy, muted=frozenset({"R-DQ-01"}))).cards
    assert cards[0].family == "side"
    assert cards[0].indicator == "critical"


def test_critical_shown_as_changes_the_indicator_only():
    """critical_shown_as warning changes the indicator of the cards and nothing else."""
    facts, policy = facts_of("W-027")
    usual = write_facts(facts, policy)
    shown = write_facts(facts, replace(policy, switches={"critical_shown_as": "warning"}))
    assert [card.indicator for card in shown.cards] == ["warning"]
    assert shown.guidance.max_indicator == "critical"
    assert [replace(card, indicator="critical") for card in shown.cards] == list(usual.cards)


def test_rules_with_one_action_share_a_card():
    """Missing category kind and missing density ask for one addendum: one card with both."""
    facts, policy = facts_of("W-050")
    cards = write_facts(replace(facts, breast_density=None), policy).cards
    both = [card for card in cards if card.family == "required_items"]
    assert [set(card.rule_ids) for card in both] == [{"R-EX-06", "R-DQ-08"}]
    assert "density is missing" in both[0].detail


def test_the_seed_page_only_where_configured():
    """R-ED-02: the MD Anderson page is linked for 2, 0A, 4A, 4B and only with its address."""
    facts, policy = facts_of("W-028")
    with_page = write_facts(facts, policy, seed_page_url=SEED_PAGE).cards[0]
    assert SEED_PAGE in [link.url for link in with_page.links]
    assert SEED_PAGE not in [link.url for link in write_facts(facts, policy).cards[0].links]
    facts, policy = facts_of("W-039")
    assert SEED_PAGE not in [
        link.url for link in write_facts(facts, policy, seed_page_url=SEED_PAGE).cards[0].links
    ]


def test_pages_follow_the_language_of_the_patient():
    """R-ED-05: a Spanish-speaking patient gets Spanish pages, whatever the card's language."""
    facts, policy = facts_of("W-028")
    origin = replace(sources(facts), patient_languages=("es-MX", "en"))
    links = [link.url for link in write_facts(facts, policy, origin=origin).cards[0].links]
    assert "https://medlineplus.gov/spanish/ency/article/002113.htm" in links
    assert "https://medlineplus.gov/ency/article/002113.htm" not in links


def test_old_pages_are_marked():
    """R-ED-06: a page reviewed longer ago than education_max_age is marked as perhaps out of date."""
    facts, policy = facts_of("W-028")
    old = write_facts(facts, policy).cards[0].links[1].label
    assert "general information; page reviewed 2020-01-21, may be out of date" in old
    young = (
        write_facts(facts, replace(policy, switches={"education_max_age": "P10Y"})).cards[0].links[1].label
    )
    assert young.endswith("page reviewed 2020-01-21)")


def test_raw_codes_cannot_write_markdown():
    """A hostile code from the data shows as text: no HTML, no link, no emphasis."""
    facts, policy = facts_of("W-066")
    finding = replace(facts.findings[0], morphology=("<img src=x>![a](http://evil.example)**b**",))
    detail = write_facts(replace(facts, findings=(finding,)), policy).cards[0].detail
    assert "<img" not in detail
    assert "](" not in detail.replace("\\](", "")
    assert "http://" not in detail


def test_every_rule_that_warns_has_words():
    """Each rule that may fire warning or critical is a main verdict or has a family and texts."""
    own = set().union(*VERDICT_RULES.values()) | set(rules_of("follow_up"))
    for rule in RULES.values():
        if {"warning", "critical"} & set(rule.indicators) and rule.id not in own:
            assert rule.id in card_rules(), rule.id
            assert rule.id in texts("en").rules, rule.id


def test_every_info_rule_says_something():
    """Each rule that may fire info has a line, a reason, a card or a verdict of its own."""
    spoken = set(card_rules()) | set().union(*VERDICT_RULES.values())
    spoken |= {rule for family in families().by_name for rule in rules_of(family)}
    spoken |= {name.split("/")[0] for name in texts("en").tables["line"]} | set(texts("en").tables["why"])
    silent = {rule.id for rule in RULES.values() if "info" in rule.indicators} - spoken
    assert silent == set()


def test_no_text_for_a_rule_that_does_not_exist():
    """Every rule id in the texts and tables of the cards is one that can fire."""
    named = set(card_rules()) | set(texts("en").tables["why"])
    named |= {name.split("/")[0] for name in texts("en").rules}
    named |= {name.split("/")[0] for name in texts("en").tables["line"] if name.startswith("R-")}
    assert named - FIRING == set()


def test_every_family_is_seen_or_proven_here():
    """Each family of cards is written by a worked case, a golden case or a test of this file."""
    seen = {card.family for pair in everything() for card in pair[0].cards}
    assert set(families().by_name) - seen <= {"incomplete", "described_not_coded", "descriptors"}


def test_a_family_without_the_safety_reason_is_refused():
    """Every family must offer "unsafe or wrong advice" as a reason."""
    broken = 'system = "s"\noverride_system = "o"\n[family]\nside = { education = false, override = [] }\n'
    with pytest.raises(ValueError, match=r"families\.toml, line 4: side has no unsafe-or-wrong-advice"):
        parse_families(broken)


def test_override_reasons_are_few_and_coded():
    """Each card offers three to five coded reasons, the safety reason among them."""
    for english, spanish in everything():
        for card in (*english.cards, *spanish.cards):
            assert 2 <= len(card.override_reasons) <= 5
            assert "unsafe-or-wrong-advice" in {reason.code for reason in card.override_reasons}
            assert all(reason.system and reason.code and reason.display for reason in card.override_reasons)


def test_same_input_same_cards():
    """Writing twice gives the same cards."""
    assert write_case("W-058").cards == write_case("W-058").cards
