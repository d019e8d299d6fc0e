"""What the guidance is for, its limits, its source attributes and its history (section 14)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

from cards.guidance.table_files import BrokenTable

SOURCE_ATTRIBUTES = 13
_INTENDED = ("use", "users", "patients", "inputs", "logic", "missing")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One of the 13 source attributes of 45 CFR 170.315(b)(11)(iv)(A)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the model: when it came out and what it changed."""

    version: str
    date: date
    text: str


@dataclass(frozen=True, slots=True)
class About:
    """The public statement about the model. ``intended`` has use, users, patients, inputs,
    logic and missing, one paragraph each."""

    intended: Mapping[str, str]
    limits: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    history: tuple[Version, ...]


def parse_about(text: str) -> About:
    """Read ``about.toml``. Raises BrokenTable when a paragraph or one of the 13 attributes is
    missing, or the history is empty."""
    content = tomllib.loads(text)
    if tuple(content["intended"]) != _INTENDED or not all(content["intended"].values()):
        raise BrokenTable("about.toml", 1, f"[intended] must hold {', '.join(_INTENDED)}")
    history = tuple(Version(**entry) for entry in content["history"]["list"])
    if not history:
        raise BrokenTable("about.toml", 1, "the history is empty")
    slots = {"version": history[0].version, "reviewed": history[0].date.isoformat()}
    attributes = tuple(
        Attribute(entry["name"], entry["value"].format_map(slots)) for entry in content["attributes"]["list"]
    )
    if len(attributes) != SOURCE_ATTRIBUTES:
        raise BrokenTable("about.toml", 1, f"{SOURCE_ATTRIBUTES} source attributes are needed")
    return About(content["intended"], tuple(content["limits"]["list"]), attributes, history)


@lru_cache(maxsize=1)
def about() -> About:
    """Return the shipped statement."""
    return parse_about(files("cards.knowledge").joinpath("about.toml").read_text(encoding="utf-8"))
