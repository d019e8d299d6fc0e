"""The disk is full for a while: a small file system of its own, which only root may make."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cds_service.storage import feedback as feedback_table
from cds_service.storage import issued_card, open_engine
from tests.load.calls import alternating, feedback, good
from tests.load.conftest import Say
from tests.load.driving import InBackground, between, statuses
from tests.serving import serving

pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif(os.getuid() != 0, reason="not root: no file system of a size can be made"),
]

FAULT, HEALED, WELL, END = 5.0, 17.0, 50.0, 55.0
RATE = 16.0


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


def fill(folder: Path) -> Path:
    """Leave not one byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as stream:
        for size in (64 * 1024, 512, 1):
            try:
                while True:
                    stream.write(b"x" * size)
            except OSError:
                continue
    return filler


def test_the_disk_is_full_for_a_while(small_disk: Path, tmp_path: Path, say: Say) -> None:
    """Database, audit file and the counts for the monitor lie on a disk that fills up: sign-offs are answered
    200, feedback 200 or 503, and what was acknowledged or issued is there when there is room again."""
    (small_disk / "counts").mkdir()
    settings = {
        "database_url": f"sqlite:///{small_disk / 'cds.sqlite3'}",
        "audit_file": small_disk / "audit.jsonl",
        "metrics_folder": small_disk / "counts",
    }
    with serving(tmp_path, **settings) as service:
        load = InBackground([service.port], alternating(good(), feedback(int(RATE * END / 2))), RATE, END)
        load.until(FAULT)
        filler = fill(small_disk)
        load.until(HEALED - 1)
        assert service.is_ready()
        assert service.counted("writer_rows_waiting") > 0
        assert service.counted('breakers_open{partner="feedback-store"') == 1
        load.until(HEALED)
        filler.unlink()
        outcomes = load.end()
        assert service.stop() == 0
        events = [line["reason"] for line in service.lines("writer")]
        deaths = [line for line in service.lines("server") if line["level"] == "error"]
        cards = sum(line.get("cards", 0) for line in service.lines("request"))
    during = between(outcomes, FAULT, HEALED)
    say("disk full", during, writer=events)
    say("after", between(outcomes, WELL, END))
    assert deaths == []
    assert set(statuses(outcomes, "good")) == {200}
    assert set(statuses(outcomes, "feedback")) == {200, 503}
    assert set(statuses(between(outcomes, WELL, END))) == {200}
    assert {"rows-waiting", "rows-written"} <= set(events) <= {"rows-waiting", "rows-written", "sink-failed"}
    engine = open_engine(settings["database_url"])  # type: ignore[arg-type]
    with engine.connect() as connection:
        stored = set(connection.execute(select(feedback_table.c.card)).scalars())
        issued = connection.execute(select(func.count()).select_from(issued_card)).scalar_one()
    engine.dispose()
    acknowledged = {each.call.key for each in outcomes if each.call.kind == "feedback" and each.status == 200}
    assert acknowledged <= stored
    assert issued == cards
