"""The catalogue: pages a patient can read, and which of them a situation links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from urllib.parse import urlsplit

from cards.guidance.table_files import read_rows

_COLUMNS = (
    *("id", "topic", "title", "url", "language", "publisher"),
    *("reading_level", "verified", "rights", "reviewed"),
)
LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``reviewed`` is its own review date, None where none is known (then it counts
    as old). ``verified``: somebody saw the page or an official source for its address."""

    id: str
    topic: str
    title: str
    url: str
    language: str
    publisher: str
    verified: bool
    reviewed: date | None


@dataclass(frozen=True, slots=True)
class Situation:
    """What a card links: topics in order, and the sentence for the patient, with and without
    reassurance (keys of [patient] in the card texts; empty: none)."""

    topics: tuple[str, ...]
    sentence: str
    plain: str


def parse_catalog(text: str) -> tuple[Page, ...]:
    """Read the catalogue. Raises BrokenTable with file, line and reason for a doubled id, an
    address that is not plain https, an unknown language and a date that is none."""
    pages = []
    seen: set[str] = set()
    for row in read_rows("catalog.csv", _COLUMNS, text):
        url = urlsplit(row["url"])
        if url.scheme != "https" or not url.hostname or url.username:
            raise row.refuse("the url must be a plain https address")
        if row["id"] in seen:
            raise row.refuse(f"the id {row['id']} stands twice")
        seen.add(row["id"])
        try:
            reviewed = date.fromisoformat(row["reviewed"]) if row["reviewed"] else None
        except ValueError as problem:
            raise row.refuse(f"reviewed must be an ISO 8601 date: {problem}") from problem
        pages.append(
            Page(
                row["id"],
                row["topic"],
                row["title"],
                row["url"],
                row.one_of("language", LANGUAGES),
                row["publisher"],
                row.one_of("verified", ("true", "false")) == "true",
                reviewed,
            )
        )
    return tuple(pages)


def parse_situations(text: str, topics: frozenset[str]) -> Mapping[str, Situation]:
    """Read the situations; BrokenTable when one names a topic that the catalogue lacks."""
    columns = ("situation", "topics", "sentence", "plain")
    return {
        row["situation"]: Situation(row.some_of("topics", topics), row["sentence"], row["plain"])
        for row in read_rows("situations.csv", columns, text)
    }


def _shipped(name: str) -> str:
    return files("cards.education").joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def catalog() -> tuple[Page, ...]:
    """Return the shipped pages."""
    return parse_catalog(_shipped("catalog.csv"))


@lru_cache(maxsize=1)
def situations() -> Mapping[str, Situation]:
    """Return the shipped situations by name."""
    return parse_situations(_shipped("situations.csv"), frozenset(page.topic for page in catalog()))


def preferred_language(languages: Iterable[str]) -> str:
    """Return ``es`` when the first known language of the patient is Spanish, else ``en`` (R-ED-05).

    ``languages`` are BCP 47 tags of Patient.communication, the preferred one first.
    """
    for tag in languages:
        base = tag.lower().replace("_", "-").split("-")[0]
        if base in LANGUAGES:
            return base
    return "en"


@lru_cache(maxsize=64)
def pages_for(situation: str, language: str) -> tuple[Page, ...]:
    """Return one verified page a topic of ``situation``: in ``language``, else in English."""
    chosen: dict[str, Page] = {}
    for topic in situations()[situation].topics:
        fitting = [page for page in catalog() if page.topic == topic and page.verified]
        for wanted in (language, "en"):
            page = next((page for page in fitting if page.language == wanted), None)
            if page is not None:
                chosen.setdefault(page.url, page)
                break
    return tuple(chosen.values())
