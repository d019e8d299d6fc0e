"""What the lock files hold."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]


def test_everything_locked_can_be_installed_with_the_lowest_python() -> None:
    """What `make test` installs fits the oldest Python that pyproject.toml admits."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lowest = project["requires-python"].removeprefix(">=") + ".0"
    locked = re.findall(r"(?m)^([a-z0-9-]+)==", (ROOT / "requirements/all.txt").read_text())
    assert len(locked) > 100
    asked = {name: metadata(name).get("Requires-Python") for name in locked}
    assert [name for name, those in asked.items() if those and lowest not in SpecifierSet(those)] == []
