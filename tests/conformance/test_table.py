"""The table of conformance: no row without a test or a reason, and the page is current."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.hooks.services import services
from tests.conformance.table import PAGE, marked, page, requirements

HOOKS = Path(__file__).resolve().parents[2] / "docs" / "hooks"
DEFINITIONS = ("report-sign.md", "report-review.md", "custom.md")
# The context fields of the hooks in the public library, and those of the reporting proposals.
SHARED_FIELDS = {"userId", "patientId", "encounterId"}
PROPOSED_FIELDS = {"reportId", "status", "category", "procedure"}


def test_every_requirement_stands_once() -> None:
    """138 requirements and 46 checks, numbered as in their sources."""
    ids = [row["id"] for row in requirements()]
    assert len(ids) == len(set(ids))
    assert sum(name.startswith("CH-") for name in ids) == 138
    assert [name for name in ids if name.startswith("INF-")] == [f"INF-{n:03}" for n in range(1, 47)]


@pytest.mark.parametrize("row", requirements(), ids=lambda row: row["id"])
def test_a_row_has_a_test_or_a_reason(row: dict[str, str]) -> None:
    """What applies is held by a test; what does not says why, and no test claims it."""
    held = bool(marked().get(row["id"]))
    assert row["applies"] in ("yes", "no")
    assert held == (row["applies"] == "yes")
    assert bool(row["reason"].strip()) == (row["applies"] == "no")
    assert row["level"].strip()
    assert row["requirement"].strip()


def test_no_test_names_a_requirement_that_does_not_exist() -> None:
    """A slip of the pen in a mark fails here."""
    assert set(marked()) - {row["id"] for row in requirements()} == set()


def test_the_page_is_current() -> None:
    """`make docs` writes it again."""
    assert PAGE.read_text(encoding="utf-8") == page()


def rows_of(text: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its two first lines."""
    lines = text.partition(f"{heading}\n")[2].splitlines()
    end = next((n for n, line in enumerate(lines) if line.startswith("#")), len(lines))
    table = [line for line in lines[:end] if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


@pytest.mark.requirement("CH-199")
@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_hook_definition_has_every_part(name: str) -> None:
    """Metadata, workflow, context table, examples and change log, as in the library's template."""
    text = (HOOKS / name).read_text(encoding="utf-8")
    head, *headings = [line for line in text.splitlines() if line.startswith("#")]
    metadata = {row[0]: row[1] for row in rows_of(text, head)}
    assert headings == ["## Workflow", "## Context", "## Examples", "## Change log"]
    assert set(metadata) == {"specificationVersion", "hookVersion", "hookMaturity"}
    assert "| Field | Optionality | Prefetch Token | Type | Description |" in text
    assert "```json" in text


@pytest.mark.requirement("CH-034", "CH-053", "CH-200")
@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_fields_of_a_definition_are_those_the_service_checks(name: str) -> None:
    """Fields are named as elsewhere, several resources come as one Bundle, and the code agrees."""
    offered = services("org.example.report-sign").values()
    text = (HOOKS / name).read_text(encoding="utf-8")
    [service] = [each for each in offered if text.startswith(f"# `{each.hook}`\n")]
    fields = {row[0].strip("`"): row[1] for row in rows_of(text, "## Context")}
    assert set(fields) == SHARED_FIELDS | PROPOSED_FIELDS | {"report"}
    assert {field for field, need in fields.items() if need == "REQUIRED"} == set(service.required)
    assert {field for field, need in fields.items() if need == "OPTIONAL"} == set(service.optional)
    assert "Bundle of type collection" in text


@pytest.mark.requirement("CH-201")
@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_change_log_ends_with_the_version_in_force(name: str) -> None:
    """Every version has a line; within one name only the minor and the patch number may grow."""
    text = (HOOKS / name).read_text(encoding="utf-8")
    head = text.splitlines()[0]
    version = {row[0]: row[1] for row in rows_of(text, head)}["hookVersion"]
    log = [row[0] for row in rows_of(text, "## Change log")]
    assert version in (log[0], log[-1])
    assert {entry.partition(".")[0] for entry in log} == {"1"}


def test_clarifications_name_code_that_exists() -> None:
    """Each row of docs/clarifications.md ends with files of this repository."""
    root = HOOKS.parents[1]
    lines = (HOOKS.parent / "clarifications.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and "---" not in line][1:]
    named = [name.strip(" `") for row in rows for name in row.strip("|").split("|")[3].split(",")]
    assert len(rows) >= 20
    assert [name for name in named if not (root / name).is_file()] == []
