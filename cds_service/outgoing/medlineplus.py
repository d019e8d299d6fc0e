"""MedlinePlus Connect: one question, and what is taken from its answer: titles and links of pages.

A question is a code, its code system and a language (HL7 Infobutton, URL form). An answer is foreign
text: a page is taken only with a plain title and an https address on a listed host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode, urlsplit

import orjson

from cards.education.catalog import LANGUAGES, Page
from cards.guidance.table_files import BrokenTable, Row, read_rows
from cds_service.outgoing.destination import register

SERVICE = register("https://connect.medlineplus.gov/service")
PUBLISHER = "MedlinePlus.gov"
MOST_PAGES = 5

_OID = re.compile(r"\d+(\.\d+)+")
_TITLE = re.compile(r"[\w ,.;:()'’&/?!¿¡-]{3,120}")
_ADDRESS = re.compile(r"https://[!-~]{1,400}")


class BadAnswer(ValueError):
    """The answer is not of the form that MedlinePlus Connect gives."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a code, its code system (a FHIR address) and ``en`` or ``es``."""

    system: str
    code: str
    language: str


def parse_systems(text: str) -> dict[str, str]:
    """Read FHIR code system -> OID. Raises BrokenTable for what is no OID."""
    systems = {}
    for row in read_rows("medlineplus_systems.csv", ("system", "oid", "name"), text):
        if not _OID.fullmatch(row["oid"]):
            raise row.refuse("the oid must be numbers with dots")
        systems[row["system"]] = row["oid"]
    return systems


def parse_codes(text: str, systems: dict[str, str]) -> tuple[Row, ...]:
    """Read the codes that are asked for. Raises BrokenTable for one of an unknown system."""
    rows = read_rows("medlineplus_codes.csv", ("system", "code", "display"), text)
    for row in rows:
        row.one_of("system", systems)
    return rows


def parse_hosts(text: str) -> frozenset[str]:
    """Read the hosts a page may lie on. Raises BrokenTable for one that is written in another form."""
    rows = read_rows("medlineplus_hosts.csv", ("host", "publisher"), text)
    for row in rows:
        if not re.fullmatch(r"([a-z0-9-]+\.)+gov", row["host"]):
            raise BrokenTable(row.file, row.line, "the host must be a name that ends in .gov")
    return frozenset(row["host"] for row in rows)


def _shipped(name: str) -> str:
    return files("cds_service.outgoing").joinpath(name).read_text(encoding="utf-8")


@cache
def systems() -> dict[str, str]:
    """The shipped code systems."""
    return parse_systems(_shipped("medlineplus_systems.csv"))


@cache
def hosts() -> frozenset[str]:
    """The shipped hosts."""
    return parse_hosts(_shipped("medlineplus_hosts.csv"))


@cache
def questions() -> tuple[Question, ...]:
    """Every question of the shipped codes, once for each language."""
    rows = parse_codes(_shipped("medlineplus_codes.csv"), systems())
    return tuple(Question(row["system"], row["code"], language) for language in LANGUAGES for row in rows)


def address_of(question: Question) -> str:
    """The query of one question; nothing else goes out."""
    return "?" + urlencode(
        {
            "mainSearchCriteria.v.cs": systems()[question.system],
            "mainSearchCriteria.v.c": question.code,
            "informationRecipient.languageCode.c": question.language,
            "knowledgeResponseType": "application/json",
        }
    )


def read_answer(body: bytes) -> tuple[Page, ...]:
    """Take title and link of each entry that is fit to be linked; none is an answer, too.

    The language of the pages is the one the answer states, also where another was asked for. Raises
    BadAnswer when the body is no such answer.
    """
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadAnswer from None
    feed = answer.get("feed") if isinstance(answer, dict) else None
    if not isinstance(feed, dict):
        raise BadAnswer
    language = str(feed.get("lang", "")).lower().partition("-")[0]
    if language not in LANGUAGES:
        return ()
    pages: dict[str, Page] = {}
    for entry in _several(feed.get("entry")):
        page = page_of(_title(entry), _href(entry), language)
        if page is not None:
            pages.setdefault(page.url, page)
    return tuple(pages.values())[:MOST_PAGES]


def page_of(title: object, url: object, language: str) -> Page | None:
    """Make a page of a title and an address; None when one of them is not fit to be linked."""
    if not isinstance(title, str) or not isinstance(url, str):
        return None
    if not _TITLE.fullmatch(title) or not _ADDRESS.fullmatch(url) or not is_listed(url):
        return None
    # Nobody of this project read the page, and Connect gives no review date: it counts as old.
    return Page("medlineplus-connect", "general", title, url, language, PUBLISHER, True, None)


def is_listed(url: str) -> bool:
    """Say whether an address is plain https on a listed host, at the usual port."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return "\\" not in url and parts.netloc in hosts()


def _several(value: object) -> Iterator[dict[str, object]]:
    """Give the objects of a list, of a single object, or of nothing."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each


def _title(entry: dict[str, object]) -> object:
    title = entry.get("title")
    value = title.get("_value") if isinstance(title, dict) else None
    return " ".join(value.split()) if isinstance(value, str) else None


def _href(entry: dict[str, object]) -> object:
    links = _several(entry.get("link"))
    return next((link.get("href") for link in links if link.get("rel", "alternate") == "alternate"), None)
