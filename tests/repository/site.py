"""The documentation site, built as `make docs` builds it, and what a reader finds on its pages."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from website.pages import BESIDE, DOCS, ROOT, site_path

STRUCTURE = {"h1", "h2", "h3", "h4", "img", "li", "ol", "pre", "table", "td", "ul"}
# Tags and attributes by which a page loads something without being asked.
LOADS = {
    ("audio", "src"),
    ("embed", "src"),
    ("iframe", "src"),
    ("img", "src"),
    ("img", "srcset"),
    ("link", "href"),
    ("object", "data"),
    ("script", "src"),
    ("source", "src"),
    ("source", "srcset"),
    ("video", "src"),
}


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the site into ``folder`` and stop at the first broken link, as `make docs` does."""
    return subprocess.run(
        [Path(sys.executable).with_name("mkdocs"), "build", "--quiet", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def sources() -> list[Path]:
    """Every file that is a page of the site."""
    return sorted([*DOCS.rglob("*.md"), *(ROOT / name for name in BESIDE)])


def built_page(site: Path, source: Path) -> Path:
    """Where the page of a source file stands in a built site."""
    path = site / site_path(source)
    return path.with_name("index.html") if path.name == "README.md" else path.with_suffix(".html")


class Seen(HTMLParser):
    """What stands in one HTML text: elements by name (inside ``article`` where there is one), and loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.loads: list[str] = []
        self.styles = ""
        self._whole = "<article" not in text
        self._inside = self._whole
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count the element and note what it loads."""
        self._inside = self._inside or tag == "article"
        self._style = tag == "style"
        if self._inside and tag in STRUCTURE:
            self.elements[tag] += 1
        self.loads += [value or "" for name, value in attrs if (tag, name) in LOADS]
        self.styles += "".join(value or "" for name, value in attrs if name == "style")

    def handle_endtag(self, tag: str) -> None:
        """Leave the article."""
        self._inside = self._whole or (self._inside and tag != "article")
        self._style = False

    def handle_data(self, data: str) -> None:
        """Keep what stands in style elements."""
        if self._style:
            self.styles += data
