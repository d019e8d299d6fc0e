"""Try changed functions against the tests that call them, each in a forked process.

The project is imported and its tests are collected once. A change is then put in place of the code of its
function, so nothing is imported again. What this cannot show is code that only runs while a module is
imported: for that, tests.forked imports everything anew.
"""

from __future__ import annotations
import __future__

import gc
import os
import resource
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from types import CodeType, FrameType, FunctionType
from typing import BinaryIO

import libcst as cst
import orjson
import pytest

from tests.forked import QUICK, limit

# A file and the name of a function in it; functions inside of functions count for the outermost.
Place = tuple[str, str]
_NOT_IN_PLACE = 77


@dataclass(frozen=True, slots=True)
class Function:
    """A changed function: where it is defined and its new source."""

    place: Place
    source: str


def function_of(path: Path, class_name: str | None, changed: cst.FunctionDef) -> Function:
    """Name a changed function by its place; ``class_name`` where it is a method."""
    name = changed.name.value
    plain = changed.with_changes(decorators=(), leading_lines=(), lines_after_decorators=())
    place = (str(path), f"{class_name}.{name}" if class_name else name)
    return Function(place, cst.Module(body=[plain]).code)


def place_of(code: CodeType) -> Place:
    """Give the place of running code."""
    return code.co_filename, code.co_qualname.partition(".<locals>")[0]


def put_in_place(function: Function) -> bool:
    """Let every holder of a function run its new code; False where it is not a plain function."""
    path, name = function.place
    module = next((one for one in list(sys.modules.values()) if getattr(one, "__file__", None) == path), None)
    if module is None:
        raise SystemExit(f"{path} is not what was imported: remove the compiled modules beside it first")
    held: object = module
    for part in name.split("."):
        held = vars(held).get(part)
    held = getattr(held, "__func__", held)
    flags = __future__.annotations.compiler_flag
    found: dict[str, FunctionType] = {}
    exec(compile(function.source, path, "exec", flags, dont_inherit=True), vars(module), found)  # noqa: S102
    (new,) = found.values()
    if not isinstance(held, FunctionType) or held.__code__.co_freevars != new.__code__.co_freevars:
        return False
    held.__code__, held.__defaults__, held.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
    return True


class Calls:
    """The places of a set of files that are called while it watches."""

    def __init__(self, files: frozenset[str]) -> None:
        self.files = files
        self.places: set[Place] = set()

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename in self.files:
            self.places.add(place_of(frame.f_code))

    def watch(self) -> None:
        threading.setprofile(self)
        sys.setprofile(self)

    def stop(self) -> None:
        sys.setprofile(None)
        threading.setprofile(None)


def _forked(work: Callable[[], int]) -> int:
    """Do something in a process of its own; gives what it gave, or -1 where it did not end in time."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            limit()
            status = work()
        finally:
            os._exit(status)
    ended = os.waitpid(child, 0)[1]
    return os.WEXITSTATUS(ended) if os.WIFEXITED(ended) else -1


def _run(session: pytest.Session, items: Sequence[pytest.Item]) -> int:
    """Run tests until one fails; 0 when all pass."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return 1
    return 0


@dataclass(slots=True)
class _Loop:
    """Takes the place of running the collected tests: answers, change by change, what was noticed."""

    functions: Sequence[Function]
    answer: BinaryIO
    calls: Calls
    callers: dict[Place, list[tuple[float, int]]] = field(default_factory=dict)

    def pytest_collection_finish(self) -> None:
        self.calls.stop()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        gc.freeze()
        for number, item in enumerate(session.items):
            self._learn(session, number, item)
        for function in self.functions:
            chosen = [session.items[number] for _, number in sorted(self.callers.get(function.place, ()))]
            ended = _forked(lambda chosen=chosen, function=function: self._try(session, chosen, function))
            if ended == _NOT_IN_PLACE or (ended == 0 and function.place in self.calls.places):
                self.answer.write(b"?")
            else:
                self.answer.write(b"+" if ended else b"-")
            self.answer.flush()
        return True

    def _learn(self, session: pytest.Session, number: int, item: pytest.Item) -> None:
        """Run one test alone, so that no other has filled a cache, and note what it calls and how long."""
        calls = Calls(self.calls.files)

        def work() -> int:
            calls.watch()
            failed = _run(session, [item])
            calls.stop()
            noted.write(orjson.dumps((_seconds(), sorted(calls.places))))
            noted.flush()
            return failed

        with TemporaryFile() as noted:
            if _forked(work):
                self.answer.write(f"!{item.nodeid}\n".encode())
                self.answer.flush()
                os._exit(1)
            noted.seek(0)
            took, places = orjson.loads(noted.read())
        for path, name in places:
            self.callers.setdefault((path, name), []).append((took, number))

    def _try(self, session: pytest.Session, chosen: Sequence[pytest.Item], function: Function) -> int:
        return _run(session, chosen) if put_in_place(function) else _NOT_IN_PLACE


def _seconds() -> float:
    """The computing time of this process, which no frozen clock of a test stops."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def noticed_by_callers(tests: Sequence[str], functions: Sequence[Function]) -> Iterator[str]:
    """Say of each changed function in turn whether a test that calls it fails.

    ``tests`` are arguments for pytest. Gives ``+`` for noticed, ``-`` for not, and ``?`` for not noticed, but
    the function also runs while modules are imported, so that other tests may. Raises SystemExit where a
    test fails before anything is changed.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            calls = Calls(frozenset(function.place[0] for function in functions))
            calls.watch()
            with os.fdopen(writing, "wb") as answer:
                loop = _Loop(functions, answer, calls)
                pytest.main([*[one for one in QUICK if one != "-x"], *tests], plugins=[loop])
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        for _ in functions:
            said = answers.read(1).decode()
            if said not in ("+", "-", "?"):
                raise SystemExit(f"a test fails before anything is changed: {answers.read().decode()}")
            yield said
    os.waitpid(child, 0)
