"""What the README names and shows is there; tests/documents runs its commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from cds_service.demo import CASE
from tests.repository.picture import PICTURE, picture

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
MADE = [block for block in BLOCKS if block.startswith("make ")]


def test_every_make_target_exists() -> None:
    """Each `make` line names a target that `make` lists."""
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = {line.split()[1] for line in listed.splitlines()}
    named = {line.split()[1] for block in MADE for line in block.splitlines()}
    assert named <= targets


def test_the_demo_prints_cards_and_ends_well() -> None:
    """`make demo` runs the module that posts one sign-off to a service of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "cds_service.demo"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    )
    golden = json.loads((ROOT / "fixtures" / CASE / "response.json").read_bytes())
    words = " ".join(re.findall(r"\w+", ran.stdout))
    assert " ".join(re.findall(r"\w+", golden["cards"][0]["summary"]))[:40] in words


def test_the_picture_is_what_the_program_draws() -> None:
    """The picture of the cards is the golden answer of the demonstration, drawn today."""
    assert PICTURE.read_text() == picture()


def test_every_make_target_has_one_line_of_help() -> None:
    """`make` alone lists every target a person may call, and only `system-packages` is for make itself."""
    text = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE)
    helped = re.findall(r"^([a-z-]+):.*## \S", text, flags=re.MULTILINE)
    assert set(phony.split()) - set(helped) == {"system-packages"}
