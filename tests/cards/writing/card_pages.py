"""Write docs/cards: ``python -m tests.cards.writing.card_pages``. All words in one sitting."""

from __future__ import annotations

from pathlib import Path

from cards.writing.card import Card
from cards.writing.families import families
from cards.writing.texts import texts
from tests.cards.writing.written import Written, everything

PAGES = Path(__file__).parents[3] / "docs" / "cards"
NOTE = (
    "This page is written by `python -m tests.cards.writing.card_pages` from the worked cases and the golden "
    "cases; change the texts in `cards/writing/texts`, not this page."
)
NAMES = {"en": "English", "es": "Español"}
# Different summaries of a family are shown once each, up to this many.
SHOWN = 8


def rendered(written: Written, card: Card) -> list[str]:
    """Render one card as a clinician reads it."""
    lines = [f"### {card.summary}", "", f"*{card.indicator}, {written.name}*", ""]
    lines += [f"> {line}".rstrip() for line in card.detail.splitlines()]
    lines.append("")
    for suggestion in card.suggestions:
        mark = " (recommended)" if suggestion.is_recommended else ""
        lines.append(f"- suggestion: {suggestion.label}{mark}")
    lines += [f"- link: {link.label}" for link in card.links]
    return [*lines, ""]


def _key(written: Written, card: Card) -> tuple[object, ...]:
    """Tell cards of a family apart by what decided them, not by side or shape."""
    return (card.indicator, card.rule_ids[:1], bool(card.suggestions))


def page(family: str, language: str) -> str:
    """Write the page of one family in one language: each kind of its cards once."""
    words = texts(language)
    lines = [f"# {words.tables['topic'][family]}", "", NOTE, ""]
    shown: dict[tuple[object, ...], None] = {}
    for pair in everything():
        written = pair[0] if language == "en" else pair[1]
        for card in written.cards:
            key = _key(written, card)
            if card.family == family and key not in shown and len(shown) < SHOWN:
                shown[key] = None
                lines += rendered(written, card)
    reasons = [words.tables["override"][code] for code in families().by_name[family].override]
    lines += ["## Override reasons", "", *(f"- {reason}" for reason in reasons), ""]
    return "\n".join(lines)


def index() -> str:
    """Write the list of the pages."""
    lines = ["# The cards", "", NOTE, "", "| family | English | Spanish |", "| --- | --- | --- |"]
    lines += [
        f"| `{name}` | [English](en/{name}.md) | [Español](es/{name}.md) |" for name in families().by_name
    ]
    lines += ["", "[Twenty cards read critically](review.md).", ""]
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """Give the content of every page by its path."""
    content = {PAGES / "README.md": index()}
    for language in NAMES:
        for family in families().by_name:
            content[PAGES / language / f"{family}.md"] = page(family, language)
    return content


def main() -> None:
    """Write every page."""
    for path, content in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
