"""Pages for patients that a library named beyond the catalogue."""

from __future__ import annotations

from dataclasses import replace

from cards.education.catalog import Page
from tests.cards.writing.written import facts_of, sources, write_facts


def further(case: str, *pages: Page, language: str = "en") -> list[str]:
    """Titles of pages that the main card of a case links beyond its own, for a patient of a language."""
    facts, policy = facts_of(case)
    origin = replace(sources(facts), patient_languages=(language,))
    own = {link.url for link in write_facts(facts, policy, origin=origin).cards[0].links}
    cards = write_facts(facts, policy, origin=origin, more_pages=pages).cards
    return [link.label for link in cards[0].links if link.url not in own]


def page(title: str, path: str, language: str = "en") -> Page:
    """A page that a library named."""
    url = f"https://medlineplus.gov/{path}"
    return Page("named", "general", title, url, language, "MedlinePlus.gov", True, None)


def test_one_further_page_in_the_patients_language():
    """Of the pages a library named one is linked: the patient's language first, never one linked already."""
    english, spanish = page("Specks", "specks.html"), page("Puntos", "spanish/specks.html", "es")
    known = page("Known", "ency/article/002113.htm?utm_source=x")
    [label] = further("W-028", known, english, spanish)
    assert (
        label == "For the patient: Specks (MedlinePlus.gov; general information; page review date not known)"
    )
    assert [label[:23] for label in further("W-028", english, spanish, language="es")] == [
        "For the patient: Puntos"
    ]
    assert [label[:23] for label in further("W-028", english, language="es")] == ["For the patient: Specks"]


def test_no_further_page_calms_where_nothing_may():
    """R-ED-03: a page that is called benign is linked on routine reports alone."""
    benign, plain = page("Benign Breast Disease", "benign.html"), page("Specks", "specks.html")
    assert ["Specks" in label for label in further("W-028", benign, plain)] == [True]
    assert further("W-013", benign) == []
    assert ["Benign" in label for label in further("W-001", benign, plain)] == [True]
