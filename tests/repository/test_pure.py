"""What import contracts cannot see: nothing in `cards` asks the clock or rolls dice."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMPURE = {"now", "utcnow", "today", "uuid1", "uuid4", "getenv", "environ", "urandom", "print", "input"}
FILES = sorted((ROOT / "cards").rglob("*.py"))


def _calls(tree: ast.AST) -> set[str]:
    return {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_cards_ask_neither_clock_nor_chance_nor_environment(path: Path) -> None:
    """Dates, ids and choices come in as arguments, so the same input always gives the same cards."""
    assert _calls(ast.parse(path.read_text())) & IMPURE == set()


def test_an_impure_call_would_be_seen() -> None:
    """The check itself finds a call of the clock, bare or through its class."""
    assert _calls(ast.parse("date.today()\nuuid4()")) & IMPURE == {"today", "uuid4"}
