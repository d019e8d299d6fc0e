"""The commands of the documentation: fenced blocks of the pages, and the examples of each command's help.

A block is run, or its page says why not, in a comment right before it: ``<!-- not run: reason -->``. Where
another test runs it, the comment names it: ``<!-- run by: tests/image/test_image.py::test_it_starts -->``.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "requirements" / "README.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
)
HELP = "docs/command-line.md"
SHELL = ("sh", "bash", "shell", "console")
RUN = (*SHELL, "python")
SHOWN = ("json", "toml", "text", "csv", "yaml", "ini", "nginx", "sql", "diff", "md")

_FENCE = re.compile(
    r"(?:^ *<!-- (?P<mark>not run|run by): (?P<reason>.+?) -->\n+)?"
    r"^(?P<indent> *)```(?P<language>[\w-]*)[^\n]*\n(?P<text>.*?)^(?P=indent)```",
    flags=re.MULTILINE | re.DOTALL,
)
_EXAMPLES = re.compile(r"^  Examples?\b.*:\n(?P<text>(?:\n|    .*\n)+)", flags=re.MULTILINE)


class Block(NamedTuple):
    """One fenced block. ``mark`` is ``not run``, ``run by`` or empty."""

    page: str
    line: int
    language: str
    text: str
    mark: str
    reason: str

    @property
    def place(self) -> str:
        """Where it stands, as an editor opens it."""
        return f"{self.page}:{self.line}"


def blocks_of(page: Path) -> Iterator[Block]:
    """Every fenced block of one page."""
    content = page.read_text()
    for found in _FENCE.finditer(content):
        line = content[: found.start("language")].count("\n") + 1
        yield Block(
            str(page.relative_to(ROOT)),
            line,
            found["language"],
            textwrap.dedent(found["text"]),
            found["mark"] or "",
            found["reason"] or "",
        )


def examples_of(page: Path) -> Iterator[Block]:
    """The examples in the help that a page shows, in the form of blocks."""
    for block in blocks_of(page):
        for found in _EXAMPLES.finditer(block.text):
            line = block.line + block.text[: found.start("text")].count("\n") + 1
            yield block._replace(line=line, language="sh", text=textwrap.dedent(found["text"]).strip("\n"))


ALL = [block for page in PAGES for block in blocks_of(page)]
