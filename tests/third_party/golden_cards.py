"""What of an answer must not depend on the way its data took."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cds_service.golden_cases import case_folders, fixtures_folder


def golden(case: str) -> list[dict[str, Any]]:
    """The cards of one golden case."""
    return same_everywhere(json.loads((fixtures_folder() / case / "response.json").read_bytes()))


def same_everywhere(response: Any) -> list[dict[str, Any]]:
    """The cards without their random ids."""
    return [_without_ids(card) for card in response["cards"]]


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_ids(member) for name, member in value.items() if name != "uuid"}
    if isinstance(value, list):
        return [_without_ids(each) for each in value]
    return value


def suggested() -> Iterator[dict[str, Any]]:
    """Every resource in a suggestion of a golden answer."""
    for folder in case_folders():
        for card in json.loads((folder / "response.json").read_bytes())["cards"]:
            for suggestion in card.get("suggestions", ()):
                for action in suggestion["actions"]:
                    yield action["resource"]
