"""The counts of several workers become one, whatever happens to a worker or to the disk."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from cds_service.errors import SettingsRefused
from cds_service.observe import metrics
from cds_service.observe.metrics_later import settle
from cds_service.observe.metrics_page import Counts
from cds_service.observe.metrics_shared import (
    ENDED,
    SILENT_SECONDS,
    Samples,
    Shared,
    added_up,
    counted_here,
    folder_for_workers,
)

SHED = "calcification_cds_requests_shed_total"
READY = "calcification_cds_ready"
MEMORY = "calcification_cds_worker_resident_memory_bytes"
WORKERS = "calcification_cds_workers"


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """What time it is."""
        return self.now


class Told:
    """A log that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def error(self, event: str, **members: Any) -> None:
        """Keep one line."""
        self.lines.append((event, members))


def worker(shed: float, *, ready: float = 1, memory: float = 100) -> Samples:
    """What one worker counted."""
    values = {SHED: shed, READY: ready, MEMORY: memory, WORKERS: 1}
    return {name: [(name, {}, value)] for name, value in values.items()}


def leave(folder: Path, pid: int, samples: Samples, at: float | None = 1000.0) -> None:
    """Leave counts as the process ``pid`` does."""
    (folder / f"{pid}.json").write_bytes(orjson.dumps({"at": at, "samples": samples}))


def totals(several: list[Samples]) -> dict[str, float]:
    """Every sample without labels, added up."""
    return {
        each.name: each.value for metric in added_up(several) for each in metric.samples if not each.labels
    }


def gone_pid() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_counts_are_summed_and_values_of_the_moment_put_together_by_their_kind() -> None:
    """Two workers: counters and queues add up, the least ready one decides, the largest memory is told."""
    assert totals([worker(2, memory=70), worker(3, ready=0, memory=90)]) == {
        SHED: 5,
        READY: 0,
        MEMORY: 90,
        WORKERS: 2,
    }


def test_what_a_process_counted_comes_back_as_it_was(tmp_path: Path) -> None:
    """Through the folder nothing is lost and nothing added: labels, buckets and sums are the same."""
    metrics.count_request("/cds-services", 200, 0.003)
    settle()
    samples = counted_here()
    shared = Shared(tmp_path, Clock())
    shared.leave(samples)
    (read,) = shared.all()
    assert read == {name: [list(each) for each in values] for name, values in samples.items()}


def test_a_silent_worker_counts_on_and_is_not_among_those_that_run(tmp_path: Path) -> None:
    """A worker that hangs keeps what it has counted; its queue, memory and readiness are left out."""
    clock = Clock()
    leave(tmp_path, os.getpid(), worker(2))
    shared = Shared(tmp_path, clock)
    assert totals(shared.all()) == {SHED: 2, READY: 1, MEMORY: 100, WORKERS: 1}
    clock.now += SILENT_SECONDS
    assert totals(shared.all()) == {SHED: 2}


def test_the_counts_of_a_worker_that_died_go_on(tmp_path: Path) -> None:
    """Its counts move to the file of the ended and its own file goes, however many workers die."""
    shared = Shared(tmp_path, Clock())
    for shed in (2, 3):
        leave(tmp_path, gone_pid(), worker(shed))
        shared.bury()
    leave(tmp_path, os.getpid(), worker(10))
    shared.bury()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([ENDED, f"{os.getpid()}.json"])
    assert totals(shared.all()) == {SHED: 15, READY: 1, MEMORY: 100, WORKERS: 1}


def test_counts_of_the_dead_stay_where_they_are_while_nothing_can_be_written(tmp_path: Path) -> None:
    """With something in the way of the new file nothing is lost and nothing counted twice."""
    shared = Shared(tmp_path, Clock())
    leave(tmp_path, gone_pid(), worker(2))
    (tmp_path / "ended.draft").mkdir()
    shared.bury()
    assert totals(shared.all()) == {SHED: 2, READY: 1, MEMORY: 100, WORKERS: 1}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b'{"at": 1, "samples": {"made_up": [["x", {}, 1]]}}']
)
def test_a_damaged_or_foreign_file_is_left_out(tmp_path: Path, content: bytes) -> None:
    """A file that cannot be read, or holds metrics of another version, takes nothing from the others."""
    leave(tmp_path, os.getpid(), worker(4))
    (tmp_path / "1.json").write_bytes(content)
    assert totals(Shared(tmp_path, Clock()).all())[SHED] == 4


def test_a_process_trusts_its_own_counts_more_than_its_file(tmp_path: Path) -> None:
    """The page has what this process counted just now, once, also where its file could not be replaced."""
    shared = Shared(tmp_path, Clock())
    leave(tmp_path, os.getpid(), worker(1000))
    leave(tmp_path, os.getppid(), worker(7))
    (tmp_path / f"{os.getpid()}.draft").mkdir()
    (own,) = (each for name, _, each in counted_here()[SHED] if name == SHED)
    body, _ = Counts(lambda: None, shared, Told()).page("")
    assert f"{SHED} {own + 7}" in body.decode()


def test_a_folder_that_cannot_be_written_makes_numbers_old_and_nothing_else(tmp_path: Path) -> None:
    """With the folder gone the page still answers with what this process counted; the log says so once."""
    folder = tmp_path / "counts"
    folder.mkdir()
    log = Told()
    counts = Counts(lambda: None, Shared(folder, Clock()), log)
    counts.refresh()
    assert log.lines == []
    (folder / f"{os.getpid()}.json").unlink()
    folder.rmdir()
    for _ in range(3):
        body, _ = counts.page("")
        assert b"calcification_cds_requests_shed_total" in body
    assert log.lines == [("metrics", {"reason": "folder"})]


def test_serve_makes_a_folder_of_its_own_and_takes_it_away() -> None:
    """Nobody else may read the folder, and nothing of it stays behind."""
    with folder_for_workers(None) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        leave(folder, 1, worker(1))
    assert not folder.exists()


def test_a_named_folder_is_emptied_of_counts_and_stays(tmp_path: Path) -> None:
    """Counts of an earlier run do not come back; other files are not touched."""
    leave(tmp_path, 1, worker(1))
    (tmp_path / "notes.txt").write_text("kept")
    with folder_for_workers(tmp_path) as folder:
        assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert tmp_path.is_dir()


def test_a_folder_that_cannot_be_had_stops_the_start(tmp_path: Path) -> None:
    """A file in its place is refused with the setting's name."""
    place = tmp_path / "file"
    place.touch()
    with (
        pytest.raises(SettingsRefused, match="METRICS_FOLDER: no folder for the counts"),
        folder_for_workers(place),
    ):
        pass
