"""Every event of the log is explained, and nothing is explained that is never logged."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from cds_service.observe import log
from cds_service.observe.server_lines import SERVER_EVENT

ROOT = Path(__file__).resolve().parents[3]
LEVELS = {"info", "warning", "error"}
CONSTANTS = {"REQUEST_EVENT": log.REQUEST_EVENT, "FAILURE_EVENT": log.FAILURE_EVENT}


def logged() -> dict[str, set[str]]:
    """Every event that the code logs, with its levels."""
    events: dict[str, set[str]] = {}
    for path in (ROOT / "cds_service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            logger = node.func.value
            name = logger.id if isinstance(logger, ast.Name) else getattr(logger, "attr", "")
            if node.func.attr not in LEVELS or name not in ("log", "_log", "logger"):
                continue
            event = node.args[0]
            text = CONSTANTS[event.id] if isinstance(event, ast.Name) else ast.literal_eval(event)
            events.setdefault(text, set()).add(node.func.attr)
    return events


def test_every_event_of_the_log_is_explained_with_its_level() -> None:
    """The table of docs/security.md has each event that the code can log, with its level, and no other."""
    page = (ROOT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| `([\w-]+)` \| (info|warning|error|any) \|", page, flags=re.MULTILINE)
    assert {event: {level} for event, level in rows} == logged() | {SERVER_EVENT: {"any"}}
    assert len(rows) == len(dict(rows))
