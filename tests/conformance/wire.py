"""What holds for every answer on the wire, whatever it says (CH-003 to CH-006, CH-110 to CH-150)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REVERSE_DNS = re.compile(r"[a-z]+(\.[a-z0-9-]+)+")


def members(value: Any, path: str = "$") -> Iterator[tuple[str, Any]]:
    """Visit every value of a JSON document with its path."""
    yield path, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from members(member, f"{path}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from members(item, f"{path}[]")


def empties(document: Any) -> list[str]:
    """Name the places of nulls, blanks and empty arrays or objects, but for the two allowed ones."""
    return [
        path
        for path, value in members(document)
        if (value is None or (isinstance(value, str) and not value.strip()) or value in ([], {}))
        and path not in ("$.cards", "$.services")
    ]


def assert_strings(holder: dict[str, Any], *names: str) -> None:
    """Assert that required members are strings that are not blank."""
    for name in names:
        assert isinstance(holder[name], str)
        assert holder[name].strip()


def assert_coding(coding: dict[str, Any]) -> None:
    """Assert a Coding with its three members (CH-119, CH-128)."""
    assert set(coding) == {"system", "code", "display"}
    assert_strings(coding, "system", "code", "display")


def assert_response(response: Any) -> None:
    """Assert everything that the standard asks of a 200 answer."""
    assert set(response) <= {"cards", "extension"}
    assert isinstance(response["cards"], list)
    assert empties(response) == []
    assert "actionSelectionBehavior" not in str(response)
    uuids = [card["uuid"] for card in response["cards"]]
    for card in response["cards"]:
        assert_card(card)
        uuids += [suggestion["uuid"] for suggestion in card.get("suggestions", ())]
    assert len(set(uuids)) == len(uuids)
    for extensions in (response, *response["cards"]):
        assert all(REVERSE_DNS.fullmatch(key) for key in extensions.get("extension", ()))


def assert_card(card: dict[str, Any]) -> None:
    """Assert one card (1H, 1I)."""
    assert set(card) <= {
        "uuid",
        "summary",
        "detail",
        "indicator",
        "source",
        "suggestions",
        "selectionBehavior",
        "overrideReasons",
        "links",
        "extension",
    }
    assert_strings(card, "uuid", "summary", "indicator")
    assert UUID.fullmatch(card["uuid"])
    assert len(card["summary"]) < 140
    assert card["indicator"] in ("info", "warning", "critical")
    assert "<" not in card.get("detail", "").replace("<http", "")
    assert "![" not in card.get("detail", "")
    assert set(card["source"]) <= {"label", "url", "icon", "topic"}
    assert_strings(card["source"], "label")
    assert_coding(card["source"]["topic"])
    for reason in card.get("overrideReasons", ()):
        assert_coding(reason)
    links = card.get("links", [])
    for link in links:
        assert_link(link)
    prose = re.sub(r"`[^`]*`", "", card.get("detail", ""))
    urls = re.findall(r"https?://[^\s)>\]]+", prose)
    assert set(urls) <= {link["url"] for link in links}
    assert ("suggestions" in card) == ("selectionBehavior" in card)
    assert card.get("selectionBehavior", "any") in ("any", "at-most-one")
    for suggestion in card.get("suggestions", ()):
        assert_suggestion(suggestion)
    recommended = sum(each.get("isRecommended", False) for each in card.get("suggestions", ()))
    assert recommended <= 1 or card["selectionBehavior"] == "any"


def assert_link(link: dict[str, Any]) -> None:
    """Assert one link (1K): absolute, https and without launch parameters."""
    assert set(link) == {"label", "url", "type"}
    assert_strings(link, "label", "url")
    assert link["type"] == "absolute"
    parts = urlsplit(link["url"])
    assert (parts.scheme, bool(parts.hostname)) == ("https", True)


def assert_suggestion(suggestion: dict[str, Any]) -> None:
    """Assert one suggestion and its actions (1J)."""
    assert set(suggestion) <= {"label", "uuid", "isRecommended", "actions"}
    assert_strings(suggestion, "label", "uuid")
    assert UUID.fullmatch(suggestion["uuid"])
    for action in suggestion.get("actions", ()):
        assert set(action) == {"type", "description", "resource"}
        assert_strings(action, "type", "description")
        assert action["type"] == "create"
        assert_strings(action["resource"], "resourceType")
