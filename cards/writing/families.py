"""Families of cards: which rules share one, its topic, and the reasons for dismissing it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from cards.guidance.table_files import BrokenTable, read_rows
from cards.value_class import value_class
from cards.writing.card import Coding
from cards.writing.texts import texts

SAFETY_REASON = "unsafe-or-wrong-advice"


@value_class
class Family:
    """One family: does its main card link patient pages, and which dismissals it offers."""

    name: str
    education: bool
    override: tuple[str, ...]


@value_class
class CardRule:
    """The family of the card that a rule gives, and the action cards are merged by (R-CD-01)."""

    family: str
    action: str


@value_class
class Families:
    """The families by name and the code systems of topics and override reasons."""

    by_name: dict[str, Family]
    topic_system: str
    override_system: str


def parse_families(text: str) -> Families:
    """Read ``families.toml``; BrokenTable when a family lacks the safety reason (R-CD-04)."""
    content = tomllib.loads(text)
    families = {}
    for name, record in content["family"].items():
        line = next(number for number, row in enumerate(text.splitlines(), 1) if row.startswith(name))
        if record.keys() != {"education", "override"}:
            raise BrokenTable("families.toml", line, f"{name} needs education and override")
        if SAFETY_REASON not in record["override"]:
            raise BrokenTable("families.toml", line, f"{name} has no {SAFETY_REASON}")
        families[name] = Family(name, record["education"], tuple(record["override"]))
    return Families(families, content["system"], content["override_system"])


def _shipped(name: str) -> str:
    return files("cards.writing").joinpath(name).read_text(encoding="utf-8")


def _load_card_rules() -> dict[str, CardRule]:
    names = tuple(families().by_name)
    return {
        row["rule"]: CardRule(row.one_of("family", names), row["action"])
        for row in read_rows("card_rules.csv", ("rule", "family", "action"), _shipped("card_rules.csv"))
    }


_FAMILIES: Final = parse_families(_shipped("families.toml"))


def families() -> Families:
    """Return the shipped families."""
    return _FAMILIES


_CARD_RULES: Final = _load_card_rules()


def card_rules() -> dict[str, CardRule]:
    """Return, per rule that can give a card of its own, its family and action."""
    return _CARD_RULES


@cache
def override_reasons(family: str, language: str) -> tuple[Coding, ...]:
    """Return the coded reasons for dismissing a card of ``family`` in one language."""
    words = texts(language).tables["override"]
    system = families().override_system
    return tuple(Coding(system, code, words[code]) for code in families().by_name[family].override)


@cache
def topic(family: str, language: str) -> Coding:
    """Return the topic coding of a family (CH-128)."""
    return Coding(families().topic_system, family, texts(language).tables["topic"][family])
