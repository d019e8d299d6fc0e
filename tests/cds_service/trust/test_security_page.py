from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from cds_service.trust import REASONS
from cds_service.trust.clients_file import _ClientRow

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "security.md").read_text()
# What opens connections, and what makes those that do.
NETWORK = {"socket", "http.client", "urllib.request", "requests", "urllib3", "smtplib", "ftplib", "asyncio"}
GUARD = "cds_service.outgoing"


def section(title: str) -> str:
    """The text below one heading of the page."""
    return re.split(r"^## ", PAGE.partition(f"## {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(title: str) -> list[str]:
    """The first column of the table below a heading, without its head."""
    return re.findall(r"^\| (.+?) \|", section(title), flags=re.MULTILINE)[2:]


def calling_modules() -> set[str]:
    """Every module that imports something that opens connections, or asks the guard to."""
    found = set()
    for path in [*ROOT.glob("cds_service/**/*.py"), *ROOT.glob("cards/**/*.py")]:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        tree = ast.parse(path.read_text())
        nodes = list(ast.walk(tree))
        names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
        fetches = any(isinstance(node, ast.Attribute) and node.attr == "fetch" for node in nodes)
        if fetches or any(name == each or name.startswith(f"{each}.") for name in names for each in NETWORK):
            found.add(GUARD if module.startswith(f"{GUARD}.") and not fetches else module)
    return found


def test_the_list_of_outgoing_connections_is_the_code() -> None:
    """Each module that can open a connection is a row of the page, and each row is such a module."""
    listed = [re.sub(r"[`]", "", cell) for cell in first_cells("Whom this service calls")]
    assert sorted(listed) == sorted(calling_modules())


def test_only_the_guard_calls_out_for_the_service() -> None:
    """Outside the guard nothing that serves imports a library that opens connections."""
    library = re.compile(
        r"^(import|from) (requests|urllib\.request|urllib3|socket|http\.client)", re.MULTILINE
    )
    direct = {
        module
        for module in calling_modules() - {GUARD}
        if library.search((ROOT / f"{module.replace('.', '/')}.py").read_text())
    }
    assert direct == {
        "cds_service.alive",
        "cds_service.cli.education",
        "cds_service.demo",
        "cds_service.observe.metrics_server",  # it listens, and calls nobody
        "cds_service.storage.held",  # it shuts connections, and opens none
    }


def test_every_reason_of_a_refusal_is_explained() -> None:
    """The page lists the reasons in the order of the checks, in the words of the code."""
    rows = re.findall(r"^\| `([\w-]+)` \| (.+) \|$", section("How a token is checked"), flags=re.MULTILINE)
    assert dict(rows) == REASONS
    assert [name for name, _ in rows] == list(REASONS)


def test_every_member_of_the_registry_is_explained() -> None:
    """The page names each member that clients.toml may have, and no other."""
    named = {name for cell in first_cells("The registry") for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(_ClientRow.model_fields)


def test_every_row_of_the_check_lists_has_a_test_or_a_reason() -> None:
    """Each row of the OWASP tables ends in a test that exists or in a reason."""
    titles = ("OWASP API Security Top 10 (2023)", "OWASP ASVS 5.0, the items that bite")
    last = [
        cell
        for title in titles
        for cell in re.findall(r"\| ([^|]+) \|$", section(title), flags=re.MULTILINE)
        if cell not in ("test", "test or reason", "---")
    ]
    assert len(last) > 30
    lacking = []
    for cell in last:
        named = re.fullmatch(r"`(tests/[\w/]+\.py)::(\w+)`", cell)
        if named is None:
            lacking += [] if cell.startswith("reason: ") else [cell]
        elif not (ROOT / named[1]).is_file() or f"def {named[2]}(" not in (ROOT / named[1]).read_text():
            lacking.append(cell)
    assert lacking == []


@pytest.mark.parametrize("name", ["clients.example.toml"])
def test_the_example_registry_says_what_the_page_says(name: str) -> None:
    """Every member shown in the example, also those in comments, is one that the registry has."""
    text = (ROOT / "deploy" / name).read_text()
    shown = set(re.findall(r"^(?:# )?(\w+) = ", text, flags=re.MULTILINE))
    assert shown <= set(_ClientRow.model_fields) | {"base", "allow_private"}
    assert len(tomllib.loads(text)["clients"]) == 1
