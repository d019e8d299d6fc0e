"""What mkdocs does not do by itself: pages that lie beside ``docs``, and folders in the navigation.

The pages are written to be read in the repository, too, so they link to files as they lie there. Here each
such link is turned into one of the site. mkdocs loads this file as a hook; see ``mkdocs.yml``.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

# Pages of the repository that are pages of the site, too, and where they stand there.
BESIDE = {
    "README.md": "overview.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
    "requirements/README.md": "lock-files.md",
}
STYLE = "extra.css"
# The theme's search opens as a dialog that has no name.
_DIALOG = 'data-md-component="search" role="dialog"'
_LINK = re.compile(r"(\]\()(?!https?:|mailto:|#)([^)\s#]+)")


def site_path(source: Path) -> str:
    """Where a file of the repository stands in the site, as a path from its root."""
    if source.is_relative_to(DOCS):
        return source.relative_to(DOCS).as_posix()
    name = source.relative_to(ROOT).as_posix()
    # A browser shows a file without an ending, or with one it does not know, only as text.
    return BESIDE.get(name) or (f"files/{name}" if source.suffix == ".md" else f"files/{name}.txt")


def linked_files(pages: list[Path]) -> set[Path]:
    """Files outside ``docs`` that pages link to and that are no pages of the site themselves."""
    targets = {
        (page.parent / link[2]).resolve() for page in pages for link in _LINK.finditer(page.read_text())
    }
    return {
        target
        for target in targets
        if target.is_file()
        and target.is_relative_to(ROOT)
        and not target.is_relative_to(DOCS)
        and target.relative_to(ROOT).as_posix() not in BESIDE
    }


def folder(path: Path) -> list[Any]:
    """The navigation of one folder: its README, its other pages by name, the folders below it."""
    pages = sorted(path.glob("*.md"), key=lambda page: (page.name != "README.md", page.name))
    below = sorted(each for each in path.iterdir() if each.is_dir() and any(each.glob("*.md")))
    titles = {"en": "In English", "es": "En español"}
    return [
        *(page.relative_to(DOCS).as_posix() for page in pages),
        *({titles.get(each.name, each.name): folder(each)} for each in below),
    ]


def expanded(entry: Any) -> Any:
    """The navigation with the pages of a folder in place of each name that ends in a slash."""
    if isinstance(entry, list):
        return [expanded(each) for each in entry]
    if isinstance(entry, dict):
        return {title: expanded(each) for title, each in entry.items()}
    return folder(DOCS / entry) if entry.endswith("/") else entry


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of a folder in place of its name."""
    config.nav = expanded(config.nav)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages beside ``docs``, the files that pages link to, and our style."""
    files.append(File.generated(config, STYLE, abs_src_path=str(ROOT / "website" / STYLE)))
    for source in BESIDE:
        files.append(File.generated(config, BESIDE[source], abs_src_path=str(ROOT / source)))
    for source in sorted(linked_files([*DOCS.rglob("*.md"), *(ROOT / name for name in BESIDE)])):
        files.append(File.generated(config, site_path(source), abs_src_path=str(source)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn each link to a file of the repository into a link of the site."""
    source = Path(page.file.abs_src_path or "")
    here = posixpath.dirname(site_path(source))

    def turned(link: re.Match[str]) -> str:
        target = (source.parent / link[2]).resolve()
        return (
            link[0] if not target.is_file() else link[1] + posixpath.relpath(site_path(target), here or ".")
        )

    return _LINK.sub(turned, markdown)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Give the search its name, for people who cannot see it."""
    return output.replace(_DIALOG, f'{_DIALOG} aria-label="Search"')
