"""The disk is full for a while: a small file system of its own, which only root may make."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.load.conftest import Say
from tests.load.storage_fault import live_through

pytestmark = [pytest.mark.deep, pytest.mark.needs("root", "mount")]

FILLER = "filler"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 16 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Leave not one byte."""
    with (folder / FILLER).open("wb", buffering=0) as stream:
        for size in (64 * 1024, 512, 1):
            try:
                while True:
                    stream.write(b"x" * size)
            except OSError:
                continue


def test_the_disk_is_full_for_a_while(small_disk: Path, tmp_path: Path, say: Say) -> None:
    """Database, audit file and the counts for the monitor lie on a disk that fills up: sign-offs are answered
    200, feedback 200 or 503, and what was acknowledged or issued is there when there is room again."""
    (small_disk / "counts").mkdir()
    lived = live_through(
        lambda: fill(small_disk),
        (small_disk / FILLER).unlink,
        tmp_path,
        say,
        f"sqlite:///{small_disk / 'cds.sqlite3'}",
        audit_file=small_disk / "audit.jsonl",
        metrics_folder=small_disk / "counts",
    )
    assert lived.deaths == []
    said = set(lived.writer)
    assert {"rows-waiting", "rows-written"} <= said <= {"rows-waiting", "rows-written", "sink-failed"}
