"""The golden answers: ``python -m tests.golden`` (``make fixtures``) writes them again.

Clock 2026-05-04T12:00:00Z; ids uuid5(folder name, counter). The difference is the review.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson

from cds_service.golden_cases import GOLDEN_DATE, case_folders, fixtures_folder
from cds_service.hooks.answer_body import answer_body
from cds_service.hooks.line import site_line
from cds_service.settings import Settings

SHAPES = fixtures_folder() / "shapes"
PUBLIC_URL = "https://cds.example.org"


def golden_ids(case: str) -> Callable[[], str]:
    """Make the ids of one case: a uuid from the folder's name and a counter that starts at 1."""
    numbers = count(1)
    return lambda: str(uuid5(NAMESPACE_URL, f"{case}/{next(numbers)}"))


def shape_folders() -> list[Path]:
    """List by name the cases that show one way in which findings arrive, or one code that needs care."""
    return sorted(path.parent for path in SHAPES.glob("*/request.json"))


def golden_answer(folder: Path) -> dict[str, Any]:
    """Answer the request of one case with the golden clock and the golden ids."""
    settings = Settings(public_url=PUBLIC_URL)
    line = site_line(settings, today=lambda: GOLDEN_DATE, new_id=golden_ids(folder.name))
    return answer_body((folder / "request.json").read_bytes(), settings, line)


def written(response: dict[str, Any]) -> bytes:
    """Lay an answer out for reading."""
    return orjson.dumps(response, option=orjson.OPT_INDENT_2) + b"\n"


def main() -> None:
    """Write every response.json, and the picture in the README after them."""
    for folder in (*case_folders(), *shape_folders()):
        (folder / "response.json").write_bytes(written(golden_answer(folder)))
    from tests.repository.picture import PICTURE, picture

    PICTURE.write_text(picture())


if __name__ == "__main__":
    main()
