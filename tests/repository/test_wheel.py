"""The wheel is complete: outside the checkout it answers a golden case."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from hatchling.build import build_wheel

from cds_service.demo import CASE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it; libraries come from this run's own, the checkout does not."""
    folder = tmp_path_factory.mktemp("wheel")
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        wheel = folder / build_wheel(str(folder))
    finally:
        os.chdir(here)
    environment = folder / "environment"
    venv.create(environment, with_pip=False)
    (packages,) = environment.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # A path named in a .pth file is searched, but the .pth files in it are not read: the editable
    # installation of the checkout stays out.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return environment


def _run(environment: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [environment / "bin" / "python", *arguments],
        cwd=environment,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_wheel_answers_a_golden_case_outside_the_checkout(installed: Path) -> None:
    """Code, tables, texts and fixtures are all in the wheel: the answer has the cards of the golden one."""
    (request,) = installed.glob(f"lib/python*/site-packages/cds_service/fixtures/{CASE}/request.json")
    ran = _run(installed, "-m", "cds_service", "answer", str(request), "--json", "--today", "2026-05-04")
    golden = json.loads((ROOT / "fixtures" / CASE / "response.json").read_bytes())
    answered = json.loads(ran.stdout)
    assert [card["summary"] for card in answered["cards"]] == [card["summary"] for card in golden["cards"]]


def test_the_wheel_is_what_ran(installed: Path) -> None:
    """The packages are found in the new environment, not in the checkout."""
    ran = _run(installed, "-c", "import cards, cds_service; print(cards.__file__, cds_service.__file__)")
    assert [path.startswith(str(installed)) for path in ran.stdout.split()] == [True, True]


def test_the_wheel_carries_its_licence(installed: Path) -> None:
    """The licence and the notices of the terminologies travel with the program."""
    (folder,) = installed.glob("lib/python*/site-packages/calcification_cds-*.dist-info/licenses")
    assert sorted(path.name for path in folder.iterdir()) == ["LICENSE", "NOTICE"]
