"""docs/conformance.md: `python -m tests.conformance.table` (part of `make docs`) writes it."""

from __future__ import annotations

import ast
import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "conformance.md"
REQUIREMENTS = Path(__file__).with_name("requirements.csv")

HEAD = """\
# Conformance

Every requirement of CDS Hooks 2.0.1 that falls on a service (CH), in our own words, and every check of the
Inferno kit for such services (INF), with the tests that hold it or the reason why it does not apply. The
level is the standard's; (client) marks a duty of the client that we check or survive, project a rule of our
own. This page is written by `make docs` from `tests/conformance/requirements.csv` and the marks beside the
tests.

| id | level | requirement | held by, or why it does not apply |
| --- | --- | --- | --- |
"""


def requirements() -> list[dict[str, str]]:
    """Read the requirements; each has id, level, requirement, applies (yes or no) and reason."""
    with REQUIREMENTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _marks(node: ast.FunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.requirement":
            for argument in decorator.args:
                assert isinstance(argument, ast.Constant)
                yield str(argument.value)


def marked() -> Mapping[str, list[str]]:
    """Find, per requirement, the tests that are marked with it, as path::name."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                for name in _marks(node):
                    found[name].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def page() -> str:
    """Write the whole page."""
    tests = marked()
    rows = []
    for row in requirements():
        held = "<br>".join(f"`{name}`" for name in tests.get(row["id"], ())) or row["reason"]
        rows.append(f"| {row['id']} | {row['level']} | {row['requirement']} | {held} |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
