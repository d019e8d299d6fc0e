"""The reference pages that are written from the code: `make docs` writes them, a test compares them."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import fill
from types import UnionType
from typing import Any, Literal, get_args, get_origin

import click

from cds_service.cli import main as program
from cds_service.settings import PREFIX, Settings
from tests.repository.api_pages import http_page, python_page
from tests.repository.metrics_page import metrics_page

DOCS = Path(__file__).resolve().parents[2] / "docs"
WIDTH = 110

SETTINGS_HEAD = """\
# Settings

Every setting is an environment variable. A name that does not exist and a value that cannot be used stop the
service before it answers anything, with exit status 4 and one line a reason. Values are never repeated in it.
This page is written from the code by `make docs`.

"""

COMMANDS_HEAD = """\
# The command `calcification-cds`

Every command answers `--help`. This page is what they say, written from the code by `make docs`.

"""


def _kind(annotation: Any) -> str:
    """Say in words what a setting holds."""
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(annotation))
    if isinstance(annotation, UnionType):
        return _kind(next(each for each in get_args(annotation) if each is not type(None)))
    words = {str: "text", int: "whole number", bool: "`true` or `false`", Path: "path of a file"}
    return words.get(annotation, getattr(annotation, "__name__", str(annotation)))


def settings_page() -> str:
    """Every setting with its variable, what it holds, its default and its docstring."""
    parts = []
    for name, field in Settings.model_fields.items():
        default = "none" if field.default is None else f"`{field.default}`"
        text = fill(" ".join((field.description or "").replace("``", "`").split()), WIDTH)
        parts.append(
            f"## `{PREFIX}{name.upper()}`\n\nHolds {_kind(field.annotation)}. Default: {default}.\n\n{text}\n"
        )
    return SETTINGS_HEAD + "\n".join(parts)


def _commands(command: click.Command, name: str, above: click.Context | None = None) -> list[str]:
    # With the context of the command above, as when the program runs: a command inherits its -h from there,
    # and click keeps the first help option it makes for as long as the process lives.
    context = command.make_context(name, [], parent=above, resilient_parsing=True, terminal_width=100)
    text = re.sub(r"[ \t]+$", "", command.get_help(context), flags=re.MULTILINE)
    parts = [f"## `{context.command_path}`\n\n```text\n{text}\n```\n"]
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            below = command.get_command(context, each)
            assert below is not None
            parts += _commands(below, each, context)
    return parts


def commands_page() -> str:
    """The help of the program and of each of its commands."""
    return COMMANDS_HEAD + "\n".join(_commands(program, "calcification-cds"))


PAGES = {
    "settings.md": settings_page,
    "command-line.md": commands_page,
    "http-api.md": http_page,
    "metrics.md": metrics_page,
    "python-api.md": python_page,
}

if __name__ == "__main__":
    for page, write in PAGES.items():
        (DOCS / page).write_text(write())
