"""What a card says of a history that nobody could look at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cards.writing.written import facts_of, sources, write_facts

NOT_SENT = {
    "en": "Earlier reports were not sent",
    "es": "No se enviaron informes anteriores",
}
NOT_KNOWN = {
    "en": "An earlier report had category 4A; whether a biopsy followed is not known here.",
    "es": "Un informe anterior tenía categoría 4A; aquí no consta si después hubo biopsia.",
}
NOW_BENIGN = "W-070"


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("moment", ["after_signature", "before_signature"])
def test_earlier_reports_that_were_not_sent_are_named(moment: str, language: str) -> None:
    """A category that fits does not look as if earlier advice had been checked, too."""
    facts, policy = facts_of(NOW_BENIGN)
    facts = replace(facts, prior_assessment=None, prior_biopsy_done=None)
    origin = replace(sources(facts), not_sent=frozenset({"reports"}))
    main = write_facts(facts, policy, language=language, moment=moment, origin=origin).cards[0]
    assert NOT_SENT[language] in main.detail
    sent = write_facts(facts, policy, language=language, moment=moment).cards[0]
    assert NOT_SENT[language] not in sent.detail


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_advised_biopsy_of_which_nothing_is_known_is_named(language: str) -> None:
    """Advice for a biopsy is neither called open nor forgotten when the record of procedures is not whole."""
    facts, policy = facts_of(NOW_BENIGN)
    main = write_facts(replace(facts, prior_biopsy_done=None), policy, language=language).cards[0]
    assert NOT_KNOWN[language] in main.detail
    assert main.indicator == "info"
    done = write_facts(replace(facts, prior_biopsy_done=True), policy, language=language).cards[0]
    assert NOT_KNOWN[language] not in done.detail


def test_advice_that_is_repeated_needs_no_word_about_the_earlier_one() -> None:
    """A report that asks for tissue again says all there is to say."""
    facts, policy = facts_of(NOW_BENIGN)
    facts = replace(facts, prior_biopsy_done=None, assessment_overall="4A", recommendation=("biopsy",))
    assert all(NOT_KNOWN["en"] not in card.detail for card in write_facts(facts, policy).cards)


def test_a_report_without_findings_says_nothing_of_its_history() -> None:
    """Where no calcification is coded there is no card to say it on."""
    facts, policy = facts_of(NOW_BENIGN)
    facts = replace(facts, findings=())
    origin = replace(sources(facts), not_sent=frozenset({"reports"}))
    assert all(NOT_SENT["en"] not in card.detail for card in write_facts(facts, policy, origin=origin).cards)
