"""What MedlinePlus Connect answered, in one file that all workers of a machine share.

One process at a time asks: it holds a lock beside the file. The file is replaced as a whole, so that a
reader never sees half of it. A file that cannot be read counts as empty.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from cards.education.catalog import Page
from cds_service.outgoing.medlineplus import Question, page_of


@dataclass(frozen=True, slots=True)
class Kept:
    """The last good answer to one question, and when it was last asked (seconds since 1970)."""

    answered_at: float = 0.0
    tried_at: float = 0.0
    pages: tuple[Page, ...] = ()


@dataclass(slots=True)
class Store:
    """Everything in the file: an answer a question, and when the latest requests were sent."""

    answers: dict[Question, Kept] = field(default_factory=dict)
    sent_at: list[float] = field(default_factory=list)


def read_store(file: Path) -> Store:
    """Read the file. Pages are looked at as when they came; what does not keep the form is left out."""
    try:
        content = orjson.loads(file.read_bytes())
        store = Store(sent_at=[float(each) for each in content["sent_at"]])
        for row in content["answers"]:
            question = Question(str(row["system"]), str(row["code"]), str(row["language"]))
            found = (page_of(each["title"], each["url"], each["language"]) for each in row["pages"])
            pages = tuple(page for page in found if page is not None)
            store.answers[question] = Kept(float(row["answered_at"]), float(row["tried_at"]), pages)
    except (OSError, ValueError, TypeError, KeyError):
        return Store()
    return store


def write_store(file: Path, store: Store) -> None:
    """Replace the file. Raises OSError."""
    rows = [_row(question, kept) for question, kept in store.answers.items()]
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_bytes(orjson.dumps({"sent_at": store.sent_at, "answers": rows}, option=orjson.OPT_INDENT_2))
    os.replace(fresh, file)


def _row(question: Question, kept: Kept) -> Mapping[str, object]:
    return {
        "system": question.system,
        "code": question.code,
        "language": question.language,
        "answered_at": kept.answered_at,
        "tried_at": kept.tried_at,
        "pages": [{"title": page.title, "url": page.url, "language": page.language} for page in kept.pages],
    }


@contextlib.contextmanager
def only_one(file: Path) -> Iterator[bool]:
    """Give True to the one process that may ask now, False to the others. Raises OSError."""
    with file.with_name(f"{file.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
