"""The build hook that compiles the core: ``CALCIFICATION_CDS_COMPILED=1 pip wheel .``

mypyc turns every module of ``cards`` into machine code. Without the variable the wheel is pure Python and
needs no compiler. ``python hatch_build.py FOLDER`` puts a compiled ``cards`` into a folder and leaves the
checkout as it is. docs/decisions/0042-a-compiled-core.md says why.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
VARIABLE = "CALCIFICATION_CDS_COMPILED"
TOOLS = ("mypy", "setuptools")
# One C file a module: a single one for all takes twice as long to compile. The decorator of the values stays
# Python: typing writes on it what a type checker is to know, and a compiled function holds no attributes.
_SETUP = """
from pathlib import Path
from mypyc.build import mypycify
from setuptools import setup

modules = set(map(str, Path("cards").rglob("*.py"))) - {"cards/value_class.py"}
options = ["--ignore-missing-imports", "--disable-error-code=unused-ignore", *sorted(modules)]
libraries = mypycify(options, opt_level="2", debug_level="0", multi_file=True)
setup(name="cards", packages=[], ext_modules=libraries)
"""


class CompiledCore(BuildHookInterface[Any]):
    """Adds the compiled modules to a wheel, beside their sources, when VARIABLE is 1."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What compiling needs beside hatchling and a C compiler."""
        return list(TOOLS) if _is_asked() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and say that the wheel fits this Python and machine alone."""
        if version != "standard" or not _is_asked():
            return
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        compile_core(folder)
        libraries = {str(path): str(path.relative_to(folder)) for path in _libraries(folder)}
        build_data["force_include"].update(libraries)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compiled; the wheel holds it."""
        if version == "standard" and _is_asked():
            self._folder.cleanup()


def compile_core(folder: Path) -> None:
    """Copy ``cards`` into ``folder`` and compile it there. Raises RuntimeError with the compiler's words."""
    shutil.rmtree(folder / "cards", ignore_errors=True)
    for old in _libraries(folder):
        old.unlink()
    shutil.copytree(ROOT / "cards", folder / "cards", ignore=shutil.ignore_patterns("__pycache__"))
    for module in (folder / "cards").rglob("*.py"):
        module.write_text(with_constructors(module.read_text()))
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-c", _SETUP, "--quiet", "build_ext", "--inplace", "--build-temp", scratch]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    for left_over in ("build", ".mypy_cache"):
        shutil.rmtree(folder / left_over, ignore_errors=True)
    if done.returncode:
        raise RuntimeError(f"cards could not be compiled:\n{done.stdout}{done.stderr}")


def with_constructors(source: str) -> str:
    """Spell out the constructor of every value class (cards/value_class.py) in the text of a module.

    So mypyc gives its members fixed places and compiles what fills them; a constructor that ``dataclass``
    makes stays Python, and takes ten times as long. It goes into the empty line above the members: a
    traceback names the lines of the source.
    """
    lines = source.splitlines()
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    for node in classes:
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Name) and decorator.id == "value_class":
                members = [each for each in node.body if isinstance(each, ast.AnnAssign)]
                above = members[0].lineno - 2
                if lines[above]:
                    raise RuntimeError(f"{node.name}: leave a line empty above the first member")
                lines[above] = f"    {_constructor(members)}"
                lines[decorator.lineno - 1] = "@dataclasses.dataclass(init=False, unsafe_hash=True)"
    future = "from __future__ import annotations"
    return "\n".join([*lines, ""]).replace(future, f"{future}; import dataclasses", 1)


def _constructor(members: list[ast.AnnAssign]) -> str:
    parameters, body = ["self"], []
    for member in members:
        name, kind = ast.unparse(member.target), ast.unparse(member.annotation)
        default, value = member.value, name
        if isinstance(default, ast.Call) and ast.unparse(default.func) == "field":
            told = {one.arg: one.value for one in default.keywords}
            default = told.get("default")
            if "default_factory" in told:
                kind, default = f"{kind} | None", ast.Constant(None)
                value = f"({ast.unparse(told['default_factory'])})() if {name} is None else {name}"
        parameters.append(f"{name}: {kind}" + (f" = {ast.unparse(default)}" if default else ""))
        body.append(f"self.{name} = {value}")
    return f"def __init__({', '.join(parameters)}) -> None: {'; '.join(body)}"


def _libraries(folder: Path) -> list[Path]:
    return sorted(path for ending in ("so", "pyd") for path in folder.rglob(f"*.{ending}"))


def _is_asked() -> bool:
    return os.environ.get(VARIABLE) == "1"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    compile_core(target)
