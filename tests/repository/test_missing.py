"""Tests of the rule for what a machine cannot provide."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.missing import ADVICE, missing_programs

ROOT = Path(__file__).resolve().parents[2]
TEST_FILE = """
import pytest

@pytest.mark.needs("a-program-nobody-has")
def test_first():
    pass

@pytest.mark.needs("a-program-nobody-has", "sh")
def test_second():
    pass

def test_third():
    pass
"""


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_needs.py").write_text(TEST_FILE)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    needs(*programs): programs\n")
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.missing",
            "-p",
            "no:cacheprovider",
            *arguments,
            ".",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_a_test_needs_and_has_not_fails_it(tmp_path: Path) -> None:
    """Two tests that lack a program fail, say which and what to do, and the third runs."""
    run = _run(tmp_path)
    assert run.returncode == 1
    assert "1 passed, 2 errors" in run.stdout
    assert f"missing here: a-program-nobody-has; {ADVICE}" in run.stdout


def test_who_cannot_install_it_leaves_such_tests_out(tmp_path: Path) -> None:
    """The marker chooses them, and the run says how many it left out."""
    run = _run(tmp_path, "-m", "not needs")
    assert (run.returncode, "1 passed, 2 deselected" in run.stdout) == (0, True)


def test_no_test_leaves_itself_out() -> None:
    """No test of this repository is skipped or expected to fail: each one says something."""
    leaving_out = re.compile(r"pytest\.(skip|importorskip|xfail)\(|mark\.(skip|skipif|xfail)\b")
    tests = [each for each in (ROOT / "tests").rglob("*.py") if "node_modules" not in each.parts]
    assert len(tests) > 100
    assert [str(each) for each in tests if leaving_out.search(each.read_text())] == []


def test_only_what_is_missing_is_named() -> None:
    """A program that is there is not called missing."""
    assert missing_programs(["sh", "a-program-nobody-has"]) == ["a-program-nobody-has"]
