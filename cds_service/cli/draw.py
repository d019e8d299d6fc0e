"""Cards drawn in a terminal as a clinician would read them in an EHR."""

from __future__ import annotations

from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

Wire = dict[str, Any]

COLOURS = {"info": "blue", "warning": "dark_orange", "critical": "red"}
# The width of a card in the side bar of an EHR reads best at about this many characters.
CARD_WIDTH = 92


def draw(response: Wire, console: Console) -> None:
    """Draw the cards of a response on the wire, most urgent first as they come."""
    cards = response["cards"]
    if not cards:
        console.print(Text(silence(response), style="dim"))
    for card in cards:
        console.print(_card(card))


def silence(response: Wire) -> str:
    """Say in one sentence why there is no card."""
    guidance = response.get("extension", {}).get("org.calcification-cds.guidance")
    if guidance is None:
        return "No card: there is no mammography report in this request."
    rules = [rule["id"] for rule in guidance.get("rules", [])]
    return f"No card. Rules that applied: {', '.join(rules) or 'none'}."


def _card(card: Wire) -> Panel:
    colour = COLOURS[card["indicator"]]
    parts: list[RenderableType] = [Text(card["summary"], style="bold")]
    if "detail" in card:
        parts += [Text(), Markdown(card["detail"])]
    if "suggestions" in card:
        parts.append(Text())
    for suggestion in card.get("suggestions", ()):
        label = Text.assemble(("+ ", f"bold {colour}"), suggestion["label"])
        parts.append(Padding(label, (0, 0, 0, 2)))
    if "links" in card:
        parts.append(Text())
    for link in card.get("links", ()):
        label = Text.assemble(("> ", "cyan"), (link["label"], f"underline link {link['url']}"))
        parts += [Padding(label, (0, 0, 0, 2)), Padding(Text(link["url"], style="dim"), (0, 0, 0, 4))]
    if "overrideReasons" in card:
        reasons = ", ".join(reason["display"] for reason in card["overrideReasons"])
        parts += [Text(), Text(f"Dismiss because: {reasons}", style="dim")]
    return Panel(
        Group(*parts),
        title=Text(card["indicator"].upper(), style=f"bold {colour}"),
        title_align="left",
        subtitle=Text(card["source"]["label"], style="dim"),
        subtitle_align="right",
        border_style=colour,
        padding=(0, 1),
        width=CARD_WIDTH,
    )
