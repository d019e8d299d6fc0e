from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hatch_build import compiled_modules, with_quick_values

ROOT = Path(__file__).resolve().parents[2]
COMPILED = ROOT / ".make" / "compiled"

SOURCE = '''"""A module."""

from __future__ import annotations

from dataclasses import field

from cards.value_class import value_class


@value_class
class Group:
    """A few calcifications."""

    side: str
    features: list[str] = field(default_factory=list)
    note: str | None = field(default=None, repr=False)
    months: int = 6

    def is_new(self) -> bool:
        """Say whether it is new."""
        return self.months == 0
'''


def _group(source: str) -> Any:
    # The compiler reads mypyc_attr; nobody calls it.
    module: dict[str, Any] = {"__name__": __name__, "mypyc_attr": lambda **_: lambda made: made}
    exec(compile(source, "group.py", "exec"), module)  # noqa: S102 - the text stands above
    return module["Group"]


def test_a_spelled_out_constructor_makes_the_same_values() -> None:
    """What the build writes for a value class takes, fills in and shows what the class itself does."""
    spelled, plain = _group(with_quick_values(SOURCE)), _group(SOURCE)
    assert list(inspect.signature(spelled).parameters) == list(inspect.signature(plain).parameters)
    for members in (("left",), ("left", ["mass"]), ("left", ["mass"], "seen", 0)):
        one, other = spelled(*members), plain(*members)
        assert repr(one) == repr(other)
        assert (one.features, one.note, one.is_new()) == (other.features, other.note, other.is_new())
        assert one == spelled(*members)
    assert spelled("left").features is not spelled("left").features


def test_a_traceback_names_the_lines_of_the_source() -> None:
    """The build moves no line of any module, so that a line number means the same in both forms."""
    for module in compiled_modules():
        source = (ROOT / module).read_text()
        written = with_quick_values(source).splitlines()
        changed = [
            line for line, new in zip(source.splitlines(), written, strict=True) if line != new and line
        ]
        assert {line for line in changed if not line.startswith(("@value_class", "from __future__"))} == set()


def test_a_value_class_without_room_for_its_constructor_is_refused() -> None:
    """Where no line is empty above the members, the build stops and says which class it is."""
    with pytest.raises(RuntimeError, match="Group: leave a line empty"):
        with_quick_values(SOURCE.replace('calcifications."""\n\n', 'calcifications."""\n'))


def _value_classes() -> Iterator[str]:
    for file in compiled_modules():
        module = file.removesuffix(".py").replace("/", ".")
        lines = (ROOT / file).read_text().splitlines()
        for line, below in pairwise(lines):
            if line == "@value_class":
                yield f"{module}.{below.removeprefix('class ').rstrip(':')}"


@pytest.mark.deep
def test_every_value_class_is_native_in_the_compiled_core() -> None:
    """Once the core is compiled no value is made by the interpreter or watched by the garbage collector."""
    names = list(_value_classes())
    assert len(names) > 20
    script = (
        "import importlib, inspect, sys\n"
        "HAVE_GC = 1 << 14\n"  # Py_TPFLAGS_HAVE_GC
        "for name in sys.argv[1:]:\n"
        "    module, _, kind = name.rpartition('.')\n"
        "    made = getattr(importlib.import_module(module), kind)\n"
        "    if inspect.isfunction(made.__init__) or made.__flags__ & HAVE_GC: print(name)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *names],
        env={**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": f"{COMPILED}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    assert ran.stdout == ""
