"""Cards on the wire -> cards as an EHR shows them, with the detail as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

# How urgent a card is -> the colour family of the design system.
COLOURS = {"info": "info", "warning": "warning", "critical": "danger"}


@cache
def _markdown() -> MarkdownIt:
    # No HTML of the text passes, and no image: it would be fetched from elsewhere.
    return MarkdownIt("js-default", {"html": False, "linkify": False}).disable("image")


def detail_html(detail: str) -> Markup:
    """Turn the Markdown of a card into HTML; what looks like HTML in it is shown as text."""
    return Markup(_markdown().render(detail))  # noqa: S704 - the renderer escapes


def shown_cards(response: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give each card of a response with its colour, HTML detail and local address of the evidence."""
    for card in response["cards"]:
        yield card | {
            "colour": COLOURS[card["indicator"]],
            "html": detail_html(card.get("detail", "")),
            "basis": card["extension"]["org.calcification-cds.card"],
        }
