"""The catalogue of patient pages and what a situation links."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cards.education.catalog import (
    catalog,
    pages_for,
    parse_catalog,
    parse_situations,
    preferred_language,
    situations,
)
from cards.education.check import check_pages

HEAD = "# Section 15\nid,topic,title,url,language,publisher,reading_level,verified,rights,reviewed\n"
ROW = "a,t,Title,https://example.org/a,en,Publisher,,true,link only,2020-01-21\n"


def test_only_verified_pages_are_shipped():
    """All 29 shipped pages are verified and https."""
    assert len(catalog()) == 29
    assert all(page.verified and page.url.startswith("https://") for page in catalog())


def test_each_situation_starts_with_the_seed_page():
    """R-ED-01: whatever the situation, the first page is the MedlinePlus one, in both languages."""
    for name in situations():
        assert pages_for(name, "en")[0].id == "mlp-002113-en"
        assert pages_for(name, "es")[0].id == "mlp-002113-es"


def test_a_topic_without_spanish_falls_back_to_english():
    """No Spanish page on ductal carcinoma in situ is known: the English one is linked."""
    assert [page.language for page in pages_for("cancer", "es")] == ["es", "en"]


@pytest.mark.parametrize(
    ("languages", "expected"),
    [(("es-MX",), "es"), (("en-US", "es"), "en"), (("fr", "es"), "es"), ((), "en"), (("ES",), "es")],
)
def test_preferred_language(languages: tuple[str, ...], expected: str):
    """The first language of the patient that has pages wins; without one it is English."""
    assert preferred_language(languages) == expected


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ROW.replace("https", "http"), "plain https"),
        (ROW.replace(",en,", ",fr,"), "language is 'fr'"),
        (ROW.replace("2020-01-21", "2020-13-01"), "ISO 8601 date"),
        (ROW.replace(",true,", ",yes,"), "verified is 'yes'"),
        (ROW + ROW, "stands twice"),
    ],
)
def test_a_broken_row_is_refused(row: str, reason: str):
    """A broken row of the catalogue is refused with file and line."""
    with pytest.raises(ValueError, match=rf"catalog\.csv, line \d+: .*{reason}"):
        parse_catalog(HEAD + row)


def test_a_situation_with_an_unknown_topic_is_refused():
    """A situation must name topics of the catalogue."""
    text = "# Section 15\nsituation,topics,sentence,plain\nroutine,nothing,,\n"
    with pytest.raises(ValueError, match=r"situations\.csv, line 3: topics holds 'nothing'"):
        parse_situations(text, frozenset({"bi-rads"}))


def test_the_check_names_unverified_and_stale_pages():
    """A page without a review date counts as stale; an unverified one is named; a young one is fine."""
    page = parse_catalog(HEAD + ROW)[0]
    unverified = replace(page, id="b", verified=False, reviewed=None)
    day = date(2026, 5, 4)
    found = [(r.page.id, r.code) for r in check_pages((page, unverified), day, "P10Y")]
    assert found == [("b", "unverified"), ("b", "stale")]
    assert [r.code for r in check_pages((page,), day, "P3Y")] == ["stale"]
