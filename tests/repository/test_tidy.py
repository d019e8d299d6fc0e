"""Tests of the checks that `make check` runs beside the usual tools."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("tidy", ROOT / ".ci" / "tidy.py")
assert _spec is not None
assert _spec.loader is not None
tidy = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tidy)


def _defects(folder: Path, name: str, text: str) -> list[str]:
    (folder / name).write_text(text)
    return list(tidy.defects_in(folder / name))


@pytest.mark.parametrize(
    "line",
    [
        "see /" + "work/main/cards",
        'open("/' + 'tmp/x")',
        "cd /" + "root/.cache",
        "read .." + "/shared/design.md",
    ],
)
def test_a_path_of_one_machine_is_found(tmp_path: Path, line: str) -> None:
    """A path that exists on one machine only is a defect, with its line."""
    assert _defects(tmp_path, "page.md", f"first\n{line}\n") == ["2: a path of one machine"]


@pytest.mark.parametrize(
    "line", ["https://py" + "pi.org/simple", "files.python" + "hosted.org", "--index" + "-url https://x"]
)
def test_the_address_of_a_registry_is_found(tmp_path: Path, line: str) -> None:
    """Nothing in the tree says which package index a site uses."""
    assert _defects(tmp_path, "lock.txt", line) == ["1: the address of a package registry"]


def test_plain_words_are_no_paths(tmp_path: Path) -> None:
    """Addresses of web pages and words with a slash are left alone."""
    text = "https://example.org/home/page and client/root/x and work/flow\n"
    assert _defects(tmp_path, "page.md", text) == []


def test_a_long_file_is_found(tmp_path: Path) -> None:
    """A Python file of 301 lines is a defect; 300 lines are fine."""
    assert _defects(tmp_path, "fine.py", "x = 1\n" * 300) == []
    assert _defects(tmp_path, "long.py", "x = 1\n" * 301) == [
        "301: a file of more than 300 lines is two files"
    ]


def test_the_whole_tree_is_tidy(capsys: pytest.CaptureFixture[str]) -> None:
    """Every file of this checkout passes."""
    assert (tidy.main(), capsys.readouterr().out) == (0, "")
