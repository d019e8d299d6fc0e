"""The words of the cards: one TOML file a language, checked when it is loaded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from string import Formatter

from cards.guidance.table_files import BrokenTable
from cards.value_class import value_class

LANGUAGES = ("en", "es")

# Every slot a text may use. A text gets them all; which ones are filled depends on the report.
SLOTS = frozenset(
    [
        "act",
        "Advised",
        "advised",
        "Breast",
        "breast",
        "cancer_breast",
        "category",
        "Category",
        "coded_interval",
        "codes",
        "count",
        "date",
        "done",
        "due",
        "expected",
        "Expected",
        "exam",
        "exam_type",
        "Finding",
        "finding",
        "finding_id",
        "in_interval",
        "interval",
        "item",
        "items",
        "left_category",
        "mastectomy",
        "number",
        "order",
        "others",
        "overall",
        "pb_breast",
        "previous",
        "prior",
        "profile",
        "profile_source",
        "publisher",
        "recommendation_breast",
        "result",
        "reviewed",
        "right_category",
        "Short",
        "statement",
        "step",
        "steps",
        "time",
        "title",
        "then",
        "verdict",
        "Worst",
        "worst",
        "worst_breast",
        "worst_side",
    ]
)
_TABLES = [
    "words",
    "act",
    "side",
    "breast",
    "morphology",
    "distribution",
    "change",
    "category",
    "federal",
    "expected",
    "verdict",
    "exam_type",
    "interval",
    "result",
    "place",
    "not_stated",
    "profile",
    "profile_source",
    "why",
    "line",
    "patient",
    "override",
    "topic",
    "target",
    "problem",
    "advised",
    "order",
]
_GROUPS: Mapping[str, Mapping[str, type]] = {
    "step": {"next": str, "order": str, "text": str},
    "main": {"title": str, "summary": list, "verdict": str},
    "rule": {"title": str, "summary": list, "detail": str},
}


@value_class
class CardText:
    """The texts of one family variant or rule: summaries from long to short, and the detail."""

    title: str
    summaries: tuple[str, ...]
    detail: str


@value_class
class StepText:
    """The texts of one step: the noun in "next is ...", the label of the order, its wording."""

    next: str
    order: str
    text: str


@value_class
class Texts:
    """All words of one language. ``tables`` are plain name -> text, ``words`` is the table of the
    small words: joints, labels and sentence frames. The rest are records."""

    language: str
    tables: dict[str, dict[str, str]]
    words: dict[str, str]
    steps: dict[str, StepText]
    mains: dict[str, CardText]
    rules: dict[str, CardText]


def _line_of(text: str, needle: str) -> int:
    found = re.search(rf"^{re.escape(needle)}", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _check(file: str, text: str, where: str, value: object, kind: type) -> None:
    line = _line_of(text, where)
    if not isinstance(value, kind) or not value:
        raise BrokenTable(file, line, f"{where} must be a {kind.__name__} that is not empty")
    for sentence in value if isinstance(value, list) else [value]:
        if not isinstance(sentence, str):
            raise BrokenTable(file, line, f"{where} holds something that is no text")
        try:
            parts = list(Formatter().parse(sentence))
        except ValueError as problem:
            raise BrokenTable(file, line, f"{where}: {problem}") from problem
        for _, slot, form, conversion in parts:
            if slot is not None and (slot not in SLOTS or form or conversion):
                raise BrokenTable(file, line, f"{where} uses the unknown slot {{{slot}}}")


def parse_texts(language: str, text: str) -> Texts:
    """Read the texts of one language from TOML.

    Raises BrokenTable with file, line and reason for a table or member that is unknown or
    missing, an empty text, and a slot that is not in SLOTS.
    """
    file = f"{language}.toml"
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        found = re.search(r"line (\d+)", str(problem))
        raise BrokenTable(file, int(found[1]) if found else 1, str(problem)) from problem
    expected = {*_TABLES, *_GROUPS}
    for name in content.keys() ^ expected:
        raise BrokenTable(file, _line_of(text, f"[{name}"), f"the table {name} is missing or unknown")
    for name in _TABLES:
        for key, value in content[name].items():
            if (name, key) != ("side", "missing"):
                _check(file, text, key, value, str)
    for name, members in _GROUPS.items():
        for key, record in content[name].items():
            if not isinstance(record, dict) or record.keys() != members.keys():
                line = _line_of(text, f"[{name}")
                raise BrokenTable(file, line, f"{name}.{key} needs {', '.join(members)}")
            for member, kind in members.items():
                _check(file, text, member, record[member], kind)
    return Texts(
        language=language,
        tables={name: content[name] for name in _TABLES},
        words=content["words"],
        steps={key: StepText(**record) for key, record in content["step"].items()},
        mains={
            key: CardText(record["title"], tuple(record["summary"]), record["verdict"])
            for key, record in content["main"].items()
        },
        rules={
            key: CardText(record["title"], tuple(record["summary"]), record["detail"])
            for key, record in content["rule"].items()
        },
    )


@lru_cache(maxsize=len(LANGUAGES))
def texts(language: str) -> Texts:
    """Return the shipped texts of ``en`` or ``es``; any other language gets English."""
    language = language if language in LANGUAGES else "en"
    source = files("cards.writing").joinpath("texts", f"{language}.toml")
    return parse_texts(language, source.read_text(encoding="utf-8"))
