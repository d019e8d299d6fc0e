"""The documentation site: whole, the same as in the repository, and nothing of another host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from tests.repository.site import Seen, build, built_page, sources
from website.pages import ROOT, expanded, site_path

ELSEWHERE = re.compile(r"(?:https?:)?//[\w.]")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    ran = build(folder)
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")
    return folder


def _named(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    for each in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ():
        yield from _named(each)


def test_every_page_is_in_the_navigation() -> None:
    """A new page has its place in mkdocs.yml, and a page that is gone has none."""
    stated = re.search(r"^nav:\n.*", (ROOT / "mkdocs.yml").read_text(), flags=re.DOTALL | re.MULTILINE)
    assert stated
    named = list(_named(expanded(yaml.safe_load(stated[0])["nav"])))
    pages = [site_path(page) for page in sources()]
    assert {"missing": sorted(set(pages) - set(named)), "gone": sorted(set(named) - set(pages))} == {
        "missing": [],
        "gone": [],
    }
    assert len(named) == len(set(named))


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    """Scripts, styles, fonts and pictures of every built page lie in the site itself."""
    found = []
    for path in sorted(site.rglob("*.html")):
        seen = Seen(path.read_text())
        assert seen.loads
        found += [(path.name, load) for load in seen.loads if ELSEWHERE.match(load)]
        found += [
            (path.name, style) for style in re.findall(r"url\(['\"]?((?:https?:)?//[^)]*)", seen.styles)
        ]
    for path in sorted(site.rglob("*.css")):
        loads = re.findall(r"(?:url\(|@import )['\"]?((?:https?:)?//[^)'\"]*)", path.read_text())
        found += [(path.name, load) for load in loads]
    assert found == []


def test_a_load_from_another_host_would_be_seen() -> None:
    """The check itself finds a script, a style sheet and a background of another host."""
    seen = Seen(
        '<script src="https://cdn.example/x.js"></script><link href="//cdn.example/x.css"><style>'
        "a{background:url(https://cdn.example/y.png)}</style>"
    )
    assert [load for load in seen.loads if ELSEWHERE.match(load)] == [
        "https://cdn.example/x.js",
        "//cdn.example/x.css",
    ]
    assert "https://cdn.example/y.png" in seen.styles


def test_pages_have_the_same_shape_in_the_repository_and_on_the_site(site: Path) -> None:
    """Lists, tables, code and headings that CommonMark sees are those that the site shows."""
    reader = MarkdownIt("commonmark").enable("table")
    differing = {}
    for source in sources():
        here = Seen(reader.render(source.read_text())).elements
        there = Seen(built_page(site, source).read_text()).elements
        if here != there:
            differing[site_path(source)] = {
                tag: (here[tag], there[tag]) for tag in here | there if here[tag] != there[tag]
            }
    assert differing == {}
