"""The golden cases are current, realistic and safe to publish."""

from __future__ import annotations

import csv
from pathlib import Path

import orjson
import pytest

from cds_service.golden_cases import case_folders
from tests.golden import golden_answer, shape_folders, written

CASES = [pytest.param(folder, id=folder.name) for folder in (*case_folders(), *shape_folders())]
TABLES = Path(__file__).parents[1] / "cards" / "terminology" / "tables"
SHAPES = {
    "answers-of-a-form",
    "code-names-the-kind-of-calcification",
    "components-of-one-observation",
    "conclusion-codes-alone",
    "condition-with-the-report-as-evidence",
    "converted-dicom-report-with-two-groups",
    "exam-code-carries-category-and-finding",
    "nothing-coded",
    "one-observation-for-each-question",
    "summary-derived-from-its-finding",
    "tree-with-the-side-on-its-root",
}


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


def _codings(value: object) -> set[tuple[str, str]]:
    if isinstance(value, dict):
        own = {(value["system"], value["code"])} if {"system", "code"} <= value.keys() else set()
        return own.union(*map(_codings, value.values()))
    return set().union(*map(_codings, value)) if isinstance(value, list) else set()


def _rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader((TABLES / table).read_text(encoding="utf-8").splitlines()))


def test_there_is_a_case_for_each_shape() -> None:
    """Each of the eleven shapes in which senders write findings has a case of its own."""
    assert SHAPES - {folder.name for folder in shape_folders()} == set()


def test_there_is_a_case_for_each_generation_of_the_guide() -> None:
    """Each code system with which a version of the breast guide names a shape occurs in a case."""
    sent = {
        system
        for folder in shape_folders()
        for system, _ in _codings(orjson.loads((folder / "request.json").read_bytes()))
    }
    named = {row["system"] for row in _rows("morphology.csv")}
    guide = {system for system in named if system.endswith(("CalcificationTypeCS", "/RadLexCDE"))}
    assert (len(guide), guide - sent) == (4, set())


def test_there_is_a_case_for_each_kind_of_hazard() -> None:
    """A code that contradicts its words, cannot exist, or changed its meaning: each kind is in a case."""
    sent = set().union(
        *(_codings(orjson.loads((folder / "request.json").read_bytes())) for folder in shape_folders())
    )
    rows = _rows("hazards.csv")
    met = {row["concept"] for row in rows if (row["system"], row["code"]) in sent}
    assert met == {row["concept"] for row in rows}
