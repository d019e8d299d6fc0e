"""Run tests with one changed file, in a forked process that has imported nothing of the project yet."""

from __future__ import annotations

import importlib
import math
import os
import random
import resource
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TypeVar
from unittest import mock

import pytest

# Neither plugins that no test here uses, nor properties, which take too long to be asked for every change.
QUICK = ["-x", "-q", "--tb=no", "--no-header", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin"]
QUICK += ["-m", "not hypothesis and not deep"]
# What the tests import beside the project: imported once, before the processes part.
LIBRARIES = (
    "dateutil.relativedelta",
    "flask",
    "hypothesis",
    "isodate",
    "joserfc.jwk",
    "jwt",
    "orjson",
    "pydantic_settings",
    "requests",
    "responses",
    "rich",
    "sqlalchemy",
    "structlog",
    "time_machine",
)
# Tests that take more than this are noticed by whoever waits for them: of computing, of waiting, of memory.
MOST_CPU_SECONDS, MOST_SECONDS, MOST_BYTES = 60, 3600, 2 << 30

# Tests of one package in turn, the quickest to decide first; each is a list of arguments for pytest.
Stages = Sequence[Sequence[str]]
T = TypeVar("T")


def import_libraries() -> None:
    """Import what every process needs, so that none has to."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for library in LIBRARIES:
        importlib.import_module(library)


@contextmanager
def with_text(path: Path | None, text: str) -> Iterator[None]:
    """Let everybody read another text in one file; compiled code is read from it, too."""
    get_code, read_text = SourceFileLoader.get_code, Path.read_text

    def changed_code(self: SourceFileLoader, fullname: str) -> object:
        return compile(text, self.path, "exec") if Path(self.path) == path else get_code(self, fullname)

    def changed_text(self: Path, *rest: str, **named: str) -> str:
        return text if self == path else read_text(self, *rest, **named)

    with (
        mock.patch.object(SourceFileLoader, "get_code", changed_code),
        mock.patch.object(Path, "read_text", changed_text),
    ):
        yield


def run_tests(stages: Stages, path: Path | None, text: str) -> int:
    """Run the stages until one fails, with another text in the file ``path``; 0 when all pass."""
    with with_text(path, text):
        return next((status for stage in stages if (status := int(pytest.main([*QUICK, *stage])))), 0)


def limit() -> None:
    """Let this process end by itself where a change makes it run, wait or grow without an end."""
    signal.alarm(MOST_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def notices(stages: Stages, path: Path | None = None, text: str = "") -> bool:
    """Say whether a test fails, breaks or does not end, with another text in one file."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            limit()
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            status = run_tests(stages, path, text)
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] != 0


def drawn(every: Sequence[T], most: int, seed: int) -> list[T]:
    """Draw ``most`` things by chance, the same for the same seed, and keep their order; all of them for 0."""
    if not most or most >= len(every):
        return list(every)
    return [every[place] for place in sorted(random.Random(seed).sample(range(len(every)), most))]


def share(noticed: int, tried: int, every: int) -> str:
    """Say how many were noticed, and the 95 percent Wilson interval where only some were tried."""
    said = f"{noticed} of {tried} changes noticed ({100 * noticed / tried:.1f} percent)"
    if tried == every:
        return said
    z, part = 1.96, noticed / tried
    middle = part + z * z / (2 * tried)
    reach = z * math.sqrt(part * (1 - part) / tried + z * z / (4 * tried * tried))
    low, high = (100 * (middle + sign * reach) / (1 + z * z / tried) for sign in (-1, 1))
    return f"{said}; of all {every}, {low:.1f} to {high:.1f} percent with 95 percent confidence"
