"""Links of a card: the evidence behind it, and pages for the patient.

No value of the report stands in any address (CH-150); the hosts are a small published list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from cards.duration import day_after
from cards.education.catalog import LANGUAGES, Page, pages_for, preferred_language
from cards.guidance.switches import switch
from cards.writing.card import Link
from cards.writing.case import Case
from cards.writing.phrases import day
from cards.writing.sentences import filled
from cards.writing.texts import Texts, texts

# R-ED-02: the categories whose cards link the MD Anderson page, once its address is configured.
_SEED_CATEGORIES: Final = ("2", "0A", "4A", "4B")
_SEED_REVIEWED: Final = date(2021, 11, 18)
_SITUATION_OF: Final[dict[str, str]] = {
    **{"1": "routine", "2": "routine", "3": "follow_up", "6": "cancer"},
    **{"0": "recall", "0A": "recall", "0P": "recall"},
    **{"4": "biopsy", "4A": "biopsy", "4B": "biopsy", "4C": "biopsy_high", "5": "biopsy_high"},
}
_CANCER_RESULTS: Final = ("dcis", "invasive")
_PRECANCER_RESULTS: Final = (
    *("adh", "flat_epithelial_atypia", "alh", "lcis_classic", "lcis_nonclassic", "papilloma_atypia"),
)
_HIGH: Final = ("4C", "5", "6")


def situation(case: Case) -> str:
    """Return the situation of section 15 that decides pages and sentence for the patient."""
    results = [finding.biopsy_result for finding in case.guidance.facts.findings if finding.biopsy_result]
    if any(result in _CANCER_RESULTS for result in results):
        return "cancer"
    if any(result in _PRECANCER_RESULTS for result in results):
        return "precancer"
    if results:
        return "general"
    categories = [breast.driving_category for breast in case.breasts if breast.driving_category]
    for wanted in ("6", "5", "4C", "4B", "4A", "4", "0A", "0P", "0", "3", "2", "1"):
        if wanted in categories:
            return _SITUATION_OF[wanted]
    return "general"


def reassurance_hidden(case: Case) -> bool:
    """Say whether reassuring sentences must be left out (R-ED-03): an assessment or a lowest
    expected category of 4C, 5 or 6, or a known cancer. An under-called report, one that cannot be
    judged, one with a critical rule and one whose highest category lies elsewhere get none
    either: nothing on their cards may lower attention (R-SAFE)."""
    facts = case.guidance.facts
    assessed = (facts.assessment_overall, facts.assessment_left, facts.assessment_right)
    lowest = [breast.expected[0] for breast in case.breasts if breast.expected]
    return (
        case.guidance.concordance in ("under_called", "not_evaluable")
        or case.guidance.max_indicator == "critical"
        or (situation(case) == "routine" and case.effective not in ("1", "2"))
        or case.effective in _HIGH
        or any(category in _HIGH for category in (*assessed, *lowest))
        or facts.known_cancer_side != "none"
        or any(f.is_known_cancer or f.biopsy_result in _CANCER_RESULTS for f in facts.findings)
    )


def _link(page: Page, said_in: Texts, max_age: str, today: date) -> Link:
    words = said_in.words
    if page.reviewed is None:
        reviewed = words["reviewed_unknown"]
    else:
        old = day_after(page.reviewed, max_age) < today
        reviewed = filled(words["reviewed_old" if old else "reviewed_on"], {"date": day(page.reviewed)})
    label = filled(
        words["education_link"], {"title": page.title, "publisher": page.publisher, "reviewed": reviewed}
    )
    return Link(label, page.url)


@lru_cache(maxsize=256)
def _catalogue_links(about: str, language: str, said_in: str, max_age: str, today: date) -> tuple[Link, ...]:
    return tuple([_link(page, texts(said_in), max_age, today) for page in pages_for(about, language)])


def _general_page(case: Case, pages: Sequence[Page], language: str, linked: Sequence[Page]) -> Page | None:
    """Return the first of ``pages`` in the patient's language, else in English, that is not linked yet.

    Their titles are the publisher's. One that says benign fits a routine report alone (R-ED-03).
    """
    if not pages:
        return None
    known = {page.url.partition("?")[0] for page in linked}
    may_calm = situation(case) == "routine" and not reassurance_hidden(case)
    for wanted in dict.fromkeys((language, LANGUAGES[0])):
        for page in pages:
            calms = "benign" in page.title.lower()
            if (
                page.language == wanted
                and page.url.partition("?")[0] not in known
                and (may_calm or not calms)
            ):
                return page
    return None


def education_links(
    case: Case, seed_page_url: str | None, more_pages: Sequence[Page] = ()
) -> tuple[Link, ...]:
    """Return the pages for the patient, in the patient's language (R-ED-01, -02, -05, -06).

    ``seed_page_url`` is the configured address of the MD Anderson page; None means no link.
    Of ``more_pages``, which are general information, one is linked, last.
    """
    if case.guidance.facts.deceased:
        return ()
    language = preferred_language(case.reading.sources.patient_languages)
    max_age = str(switch(case.policy, "education_max_age"))
    about = situation(case)
    links = _catalogue_links(about, language, case.words.language, max_age, case.today)
    if not seed_page_url and not more_pages:
        return links
    pages = pages_for(about, language)
    if seed_page_url and any(
        breast.driving_category in _SEED_CATEGORIES or breast.assessment in _SEED_CATEGORIES
        for breast in case.breasts
    ):
        title = texts("en").words["seed_title"]
        publisher = "MD Anderson Cancer Center"
        seed = Page("seed", "", title, seed_page_url, "en", publisher, True, _SEED_REVIEWED)
        pages = (*pages, seed)
        links = (*links, _link(seed, case.words, max_age, case.today))
    further = _general_page(case, more_pages, language, pages)
    if further is not None:
        links = (*links, _link(further, case.words, max_age, case.today))
    return links


@lru_cache(maxsize=256)
def evidence_link(public_url: str, family: str, language: str) -> Link:
    """Return the one evidence link of a card (R-CD-03)."""
    label = texts(language).words["evidence_link"]
    return Link(label, f"{public_url.rstrip('/')}/evidence/cards/{family}")
