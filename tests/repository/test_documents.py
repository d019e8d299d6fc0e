"""Documents say what the code is: packages, dependencies, decisions."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


def _packages() -> set[str]:
    return {
        ".".join(path.parent.relative_to(ROOT).parts)
        for top in ("cards", "cds_service")
        for path in (ROOT / top).rglob("__init__.py")
    }


def _dependencies() -> list[str]:
    extras = PROJECT["project"]["optional-dependencies"].values()
    build = PROJECT["build-system"]["requires"]
    stated = [*PROJECT["project"]["dependencies"], *build, *(one for extra in extras for one in extra)]
    return sorted({re.split(r"[<>=~!;\[ ]", one, maxsplit=1)[0] for one in stated})


def test_architecture_names_every_package_and_no_other() -> None:
    """Each package is a row of a table of docs/architecture.md, and each row is a package."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"^\| `((?:cards|cds_service)[\w.]*)` \|", page, flags=re.MULTILINE))
    assert named | {"cards", "cds_service"} == _packages()


def test_architecture_lists_the_rooms_in_the_order_that_is_enforced() -> None:
    """The order of the first table is the order of the layers in the import contract."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    rooms = re.findall(r"^\| `cards\.(\w+)` \|", page, flags=re.MULTILINE)
    (layers,) = (
        one["layers"] for one in PROJECT["tool"]["importlinter"]["contracts"] if one["type"] == "layers"
    )
    rank = {room: -number for number, layer in enumerate(layers) for room in re.split(r" [|:] ", layer)}
    assert [rank[room] for room in rooms] == sorted(rank[room] for room in rooms)


@pytest.mark.parametrize("name", _dependencies())
def test_each_dependency_has_a_decision(name: str) -> None:
    """Whoever adds a library says in docs/decisions why this one."""
    words = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", flags=re.IGNORECASE)
    assert [path.name for path in DECISIONS if words.search(path.read_text())] != []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_each_decision_says_context_decision_and_rival(path: Path) -> None:
    """A decision is short and has the same three parts, under the number of its file."""
    text = path.read_text()
    assert text.startswith(f"# {path.name[:4]} ")
    assert re.findall(r"^\*\*(.+?)\*\*", text, flags=re.MULTILINE) == ["Context.", "Decision.", "Not chosen."]


def test_no_number_of_a_decision_is_used_twice() -> None:
    """A decision can be cited by its number alone."""
    numbers = [path.name[:4] for path in DECISIONS]
    assert numbers == sorted(set(numbers))


def test_the_index_leads_to_every_page() -> None:
    """Each page below docs can be reached by links that start at docs/README.md, a folder by its README."""
    start = ROOT / "docs" / "README.md"
    reached, waiting = {start}, [start]
    while waiting:
        page = waiting.pop()
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+\.md)", page.read_text()):
            found = (page.parent / target).resolve()
            if found not in reached and found.is_file():
                reached.add(found)
                waiting.append(found)
    pages = set((ROOT / "docs").rglob("*.md")) - set((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert sorted(str(page.relative_to(ROOT)) for page in pages - reached) == []


def _links() -> list[tuple[str, str]]:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "requirements").glob("*.md")]
    return [
        (str(page.relative_to(ROOT)), target)
        for page in sorted(pages)
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    ]


def test_links_between_pages_lead_somewhere() -> None:
    """A link to a file of this repository names a file that is there."""
    broken = [
        (page, target) for page, target in _links() if not (ROOT / page).parent.joinpath(target).exists()
    ]
    assert broken == []
