"""Card: the CDS Hooks 2.0.1 card (CH-110 to CH-150) before it is put on the wire."""

from __future__ import annotations

from collections.abc import Mapping

from cards.value_class import value_class


@value_class
class Coding:
    """A FHIR Coding with all three members present (CH-119, CH-128)."""

    system: str
    code: str
    display: str


@value_class
class Link:
    """An absolute https link (CH-145 to CH-150): no value of the context stands in it."""

    label: str
    url: str


@value_class
class Action:
    """One ``create`` of a complete R4 resource (CH-134 to CH-136)."""

    description: str
    resource: Mapping[str, object]


@value_class
class Suggestion:
    """An option the clinician may accept (CH-130 to CH-133)."""

    uuid: str
    label: str
    actions: tuple[Action, ...]
    is_recommended: bool = False


@value_class
class Card:
    """One card. ``summary`` has at most 139 characters; ``detail`` is GitHub-flavoured
    Markdown of at most 900. ``family`` names the texts it was written from and is the
    topic of its source. ``references`` are the Observations it rests on. ``alternatives``:
    the suggestions exclude each other (selectionBehavior at-most-one; otherwise any)."""

    uuid: str
    summary: str
    detail: str
    indicator: str
    family: str
    topic: Coding
    links: tuple[Link, ...]
    suggestions: tuple[Suggestion, ...]
    override_reasons: tuple[Coding, ...]
    rule_ids: tuple[str, ...]
    citations: tuple[str, ...]
    references: tuple[str, ...]
    alternatives: bool = False
