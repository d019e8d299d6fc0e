"""The counts of all workers together: each leaves its own in a folder, and whoever is asked adds them up.

A worker replaces its file as a whole, so that nobody reads half of one. When a process has gone, its counts
go on in the file ``ended.json``; what only holds for a running worker, such as a queue, goes with it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from prometheus_client.metrics_core import Metric

from cds_service.errors import SettingsRefused
from cds_service.observe.metrics_family import ALL, REGISTRY, Across
from cds_service.settings import PREFIX

# A worker that has left nothing for so long is not counted among those that run.
SILENT_SECONDS = 10.0
ENDED = "ended.json"
# Memory with the interface of a folder: nothing there ever waits for a disk.
IN_MEMORY = Path("/dev/shm")  # noqa: S108

Samples = dict[str, list[Any]]
"""Name of a metric -> samples: full name, labels, value."""

ADD: Mapping[Across, Callable[[float, float], float]] = {
    "sum": lambda one, other: one + other,
    "min": min,
    "max": max,
}


def counted_here() -> Samples:
    """What this process has counted."""
    samples: Samples = {}
    for metric in REGISTRY.collect():
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        samples[name] = [
            (each.name, each.labels, each.value)
            for each in metric.samples
            if not each.name.endswith("_created")
        ]
    return samples


def added_up(several: Iterable[Samples]) -> Iterator[Metric]:
    """Every metric with the samples of several processes added up; what nobody counted has none."""
    totals: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {name: {} for name in ALL}
    for samples in several:
        for name, values in samples.items():
            if name not in ALL:  # counted by another version
                continue
            total, add = totals[name], ADD[ALL[name].across]
            for sample, labels, value in values:
                key = (sample, tuple(labels.items()))
                total[key] = value if key not in total else add(total[key], value)
    for described in ALL.values():
        metric = Metric(described.name.removesuffix("_total"), described.help, described.kind)
        for (sample, labels), value in totals[described.name].items():
            metric.add_sample(sample, dict(labels), value)
        yield metric


class Shared:
    """The folder in which the workers leave their counts.

    ``clock`` gives seconds that all processes of this machine share and that never jump.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self._clock = clock
        self._lock = threading.Lock()

    def leave(self, samples: Samples) -> None:
        """Leave the counts of this process in place of those before. Raises OSError."""
        self._write(f"{os.getpid()}.json", {"at": self._clock(), "samples": samples})

    def all(self) -> list[Samples]:
        """The counts of every process so far; of those that no longer run, what goes on counting."""
        return self._read("")

    def others(self) -> list[Samples]:
        """The counts of every process but this one, which knows its own better than its file."""
        return self._read(f"{os.getpid()}.json")

    def _read(self, but: str) -> list[Samples]:
        now = self._clock()
        return [_of(content, now) for path, content in self._files() if path.name != but]

    def bury(self) -> None:
        """Add the counts of processes that have gone to those of the ended; one process does this for all.

        Where the folder cannot be written they stay where they are, and are counted there.
        """
        if not any(_has_gone(path) for path in self.folder.glob("*.json")):
            return
        files = list(self._files())
        gone = [(path, content) for path, content in files if _has_gone(path)]
        ended = [content for path, content in files if path.name == ENDED]
        total = added_up(_of(content, None) for content in [*ended, *(content for _, content in gone)])
        samples = {
            name: [(each.name, each.labels, each.value) for each in metric.samples]
            for name, metric in zip(ALL, total, strict=True)
        }
        with suppress(OSError):
            self._write(ENDED, {"at": None, "samples": samples})
            for path, _ in gone:
                path.unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        for path in sorted(self.folder.glob("*.json")):
            try:
                yield path, orjson.loads(path.read_bytes())
            except (OSError, orjson.JSONDecodeError):
                continue

    def _write(self, name: str, content: object) -> None:
        path = self.folder / name
        with self._lock:
            draft = path.with_suffix(".draft")
            draft.write_bytes(orjson.dumps(content))
            draft.replace(path)


def _of(content: dict[str, Any], now: float | None) -> Samples:
    """The samples of one file; without those of the moment when the worker is silent at ``now``."""
    at, samples = content["at"], content["samples"]
    if now is not None and at is not None and 0 <= now - at < SILENT_SECONDS:
        return dict(samples)
    return {name: each for name, each in samples.items() if name not in ALL or ALL[name].kind != "gauge"}


def _has_gone(path: Path) -> bool:
    if not path.stem.isdecimal():
        return False
    try:
        os.kill(int(path.stem), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def folder_for_workers(given: Path | None) -> Iterator[Path]:
    """Make a folder for the counts of the workers, or empty the one that is ``given``; remove our own after.

    Raises SettingsRefused when there is no place for it.
    """
    try:
        if given is None:
            place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
            folder = Path(tempfile.mkdtemp(prefix="calcification-cds-metrics-", dir=place))
        else:
            folder = given
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in folder.glob("*.json"):
                path.unlink()
    except OSError as error:
        raise SettingsRefused(
            [f"{PREFIX}METRICS_FOLDER: no folder for the counts of the workers: {error.strerror}"]
        ) from None
    try:
        yield folder
    finally:
        if given is None:
            shutil.rmtree(folder, ignore_errors=True)
