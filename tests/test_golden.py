"""The golden cases are current, realistic and safe to publish."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from cds_service.golden_cases import case_folders
from tests.golden import golden_answer, written

CASES = [pytest.param(folder, id=folder.name) for folder in case_folders()]


@pytest.mark.parametrize("folder", CASES)
def test_a_golden_answer_is_current(folder: Path) -> None:
    """The answer on disk is the one given today; after a wanted change, run `make fixtures`."""
    assert (folder / "response.json").read_bytes() == written(golden_answer(folder))


@pytest.mark.parametrize("folder", CASES)
def test_a_golden_answer_does_not_depend_on_chance(folder: Path) -> None:
    """The same request gives the same bytes, whatever was answered before."""
    assert written(golden_answer(folder)) == written(golden_answer(folder))


def test_the_cases_cover_the_outcomes() -> None:
    """Among the cases are every verdict that a signed report can get, and silence."""
    verdicts, silent = set(), 0
    for folder in case_folders():
        response = orjson.loads((folder / "response.json").read_bytes())
        silent += not response["cards"]
        verdicts.add(response["extension"]["org.calcification-cds.guidance"].get("concordance"))
    assert {"concordant", "under_called", "over_called", "not_permitted", "not_evaluable"} <= verdicts
    assert silent >= 2
