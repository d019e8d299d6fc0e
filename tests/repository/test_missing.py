"""Tests of the rule for what a machine cannot provide."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.missing import missing_programs

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


def _run(folder: Path, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_needs.py").write_text(TEST_FILE)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    needs(*programs): programs\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.missing", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_missing_program_is_printed_once_with_the_number_of_tests(tmp_path: Path) -> None:
    """Two tests that lack the same program are skipped, and the reason is printed once."""
    run = _run(tmp_path, "")
    assert (run.returncode, run.stdout.count("skipped 2: missing here: a-program-nobody-has")) == (0, 1)
    assert "1 passed, 2 skipped" in run.stdout


def test_a_skip_is_a_failure_under_ci(tmp_path: Path) -> None:
    """With CI=true the same two tests fail and say why."""
    run = _run(tmp_path, "true")
    assert run.returncode == 1
    assert "1 passed, 2 errors" in run.stdout
    assert "with CI=true a skip is a failure: missing here: a-program-nobody-has" in run.stdout


def test_only_what_is_missing_is_named() -> None:
    """A program that is there is not called missing."""
    assert missing_programs(["sh", "a-program-nobody-has"]) == ["a-program-nobody-has"]
