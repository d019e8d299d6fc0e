"""MedlinePlus Connect: what is asked, and what is taken from an answer (all answers are made up)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from cards.guidance.table_files import BrokenTable
from cds_service.outgoing.medlineplus import (
    BadAnswer,
    address_of,
    hosts,
    parse_codes,
    parse_hosts,
    parse_systems,
    questions,
    read_answer,
    systems,
)

WRITING = Path(__file__).parents[3] / "cards" / "writing"
PAGE = "https://medlineplus.gov/specks.html?utm_source=mplusconnect&utm_medium=service"


def entry(title: object = "Specks", href: object = PAGE, **rest: Any) -> dict[str, Any]:
    """One entry of an answer."""
    return {
        "title": {"_value": title},
        "link": [{"href": href, "rel": "alternate"}],
        "id": {"_value": "tag: medlineplus.gov, 2026-01-01:/specks.html"},
        "summary": {"_value": "<p>Made up.</p>", "type": "html"},
    } | rest


def answer(entries: object, lang: object = "en") -> bytes:
    """An answer of the recorded shape; ``entries`` None leaves the member out."""
    feed = {"title": {"_value": "MedlinePlus Connect"}, "lang": lang, "base": "https://medlineplus.gov/"}
    return orjson.dumps({"feed": feed if entries is None else feed | {"entry": entries}})


def addresses(body: bytes) -> list[str]:
    """The addresses taken from an answer."""
    return [page.url for page in read_answer(body)]


def test_only_a_code_a_system_and_a_language_are_asked() -> None:
    """Each question is two shipped codes in two languages, and its query has these and the format alone."""
    asked = [{name: values[0] for name, values in parse_qs(address_of(q)[1:]).items()} for q in questions()]
    assert asked == [
        {
            "mainSearchCriteria.v.cs": "2.16.840.1.113883.6.90",
            "mainSearchCriteria.v.c": code,
            "informationRecipient.languageCode.c": language,
            "knowledgeResponseType": "application/json",
        }
        for language in ("en", "es")
        for code in ("R92.0", "R92.1")
    ]


def test_the_code_systems_are_four() -> None:
    """The table turns the four code systems of FHIR into their object identifiers."""
    assert systems() == {
        "http://hl7.org/fhir/sid/icd-10-cm": "2.16.840.1.113883.6.90",
        "http://snomed.info/sct": "2.16.840.1.113883.6.96",
        "http://loinc.org": "2.16.840.1.113883.6.1",
        "http://www.ama-assn.org/go/cpt": "2.16.840.1.113883.6.12",
    }


def test_a_page_is_title_and_link() -> None:
    """Of an entry the title, the link and the stated language are kept; its review date is not known."""
    [page] = read_answer(answer([entry("Breast Specks")]))
    assert (page.title, page.url, page.language) == ("Breast Specks", PAGE, "en")
    assert (page.publisher, page.reviewed) == ("MedlinePlus.gov", None)


@pytest.mark.parametrize("entries", [None, [], {}, "none", 7])
def test_no_entry_is_an_answer_without_pages(entries: object) -> None:
    """A missing entry, an empty list and what is no entry give no page and no fault."""
    assert read_answer(answer(entries)) == ()


def test_a_single_entry_counts_as_a_list() -> None:
    """An entry and a link that are objects where lists are usual are read all the same."""
    assert addresses(answer(entry(link={"href": PAGE}))) == [PAGE]


def test_another_language_is_not_called_the_one_asked_for() -> None:
    """A page has the language that the answer states; in a third language it is left out."""
    assert [page.language for page in read_answer(answer([entry()], "es"))] == ["es"]
    assert read_answer(answer([entry()], "fr")) == ()
    assert read_answer(answer([entry()], None)) == ()


@pytest.mark.parametrize(
    "href",
    [
        "http://medlineplus.gov/specks.html",
        "https://medlineplus.gov.example.org/specks.html",
        "https://evilmedlineplus.gov/specks.html",
        "https://example.org/?https://medlineplus.gov/",
        "https://medlineplus.gov@example.org/",
        "https://medlineplus.gov:8443/specks.html",
        "https://medlineplus.gov\\@example.org/",
        "https://medlineplus.gov/a b",
        "https://[medlineplus.gov/",
        "javascript:alert(1)",
        "//medlineplus.gov/specks.html",
        "https://medlineplus.gov/" + "x" * 500,
        "",
        None,
        7,
    ],
)
def test_a_foreign_address_is_left_out(href: object) -> None:
    """Only plain https on a listed host is linked; the good entry beside it stays."""
    assert addresses(answer([entry(href=href), entry()])) == [PAGE]


@pytest.mark.parametrize(
    "title", ["<b>Specks</b>", "Specks [click](x)", "x" * 200, "", "Specks\u202e", "`Specks`", None, 7]
)
def test_a_title_that_is_no_plain_text_is_left_out(title: object) -> None:
    """A title with markup, control characters or no words is not shown."""
    assert read_answer(answer([entry(title)])) == ()


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>Service unavailable</body></html>", b"[]", b"{}", b'{"feed": []}', b"\xff"]
)
def test_what_is_no_answer_is_said(body: bytes) -> None:
    """HTML, nothing at all and JSON of another form are no answer."""
    with pytest.raises(BadAnswer):
        read_answer(body)


def test_an_answer_gives_a_few_pages_once() -> None:
    """A page named twice is taken once, and no more than five are taken."""
    many = [entry(href=f"https://medlineplus.gov/{number}.html") for number in (1, 1, 2, 3, 4, 5, 6)]
    assert [urlsplit(url).path for url in addresses(answer(many))] == [f"/{n}.html" for n in range(1, 6)]


def test_every_host_is_published() -> None:
    """A host a page may lie on stands in the published list of link hosts, too."""
    lines = (WRITING / "link_hosts.csv").read_text().splitlines()
    published = {row["host"] for row in csv.DictReader(line for line in lines if line[0] != "#")}
    assert hosts() <= published


def test_a_broken_table_is_refused_with_its_line() -> None:
    """What is no OID, a code of an unknown system and a host elsewhere are refused where they stand."""
    with pytest.raises(BrokenTable, match=r"medlineplus_systems\.csv, line 3: the oid"):
        parse_systems("# Section 15\nsystem,oid,name\nhttp://loinc.org,loinc,LOINC")
    with pytest.raises(BrokenTable, match=r"medlineplus_codes\.csv, line 3: system"):
        parse_codes("# Section 15\nsystem,code,display\nhttp://example.org,1,One", systems())
    with pytest.raises(BrokenTable, match=r"medlineplus_hosts\.csv, line 3: the host"):
        parse_hosts("# Section 15\nhost,publisher\nexample.org,Nobody")
