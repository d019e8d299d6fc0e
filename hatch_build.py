"""The build hook that compiles what each call runs through: ``CALCIFICATION_CDS_COMPILED=1 pip wheel .``

mypyc turns every module of ``cards``, and those of ``cds_service`` that stand around it, into machine code.
Without the variable the wheel is pure Python and needs no compiler. ``python hatch_build.py FOLDER`` puts
both packages into a folder, compiled, and leaves the checkout as it is.
docs/decisions/0042-a-compiled-core.md says why.
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
PACKAGES = ("cards", "cds_service")
# The decorator of the values stays Python: typing writes on it what a type checker is to know, and a compiled
# function holds no attributes.
LEFT = frozenset({"cards/value_class.py"})
# What a hook call runs through before and after the core. Nothing here waits for a partner.
AROUND = {
    "cds_service": ("admission", "body_length", "call", "fresh_ids", "hooks_first", "permits", "reception"),
    "cds_service/fhir": ("gather", "gathered", "lacking", "patient_guard", "prefetch_value"),
    "cds_service/hooks": (
        "endpoint",
        "hook_request",
        "json_body",
        "language",
        "line",
        "members",
        "parse",
        "received_body",
        "report_context",
        "respond",
    ),
    "cds_service/observe": ("audit", "issued", "log", "metrics", "metrics_later", "requests"),
    "cds_service/storage": ("rows",),
    "cds_service/trust": ("client", "cors", "gate", "headers", "rate"),
}
# The compiler watches how the golden cases are answered, and lays the code out for the ways that they take.
# What they never run through is made small and stands apart.
# Functions call each other straight, not through the table by which other libraries could replace them.
STRAIGHT = ("-fno-semantic-interposition", "-Wl,-Bsymbolic")
WATCH = ("-fprofile-generate", "-fprofile-update=single", *STRAIGHT)
WATCHED = ("-fprofile-use", "-Wno-missing-profile", *STRAIGHT)
# One C file a module: a single one for all takes twice as long to compile.
_SETUP = """
import sys
from mypyc.build import mypycify
from setuptools import setup

modules, flags = sys.argv.pop().split(), sys.argv.pop().split()
options = ["--ignore-missing-imports", "--disable-error-code=unused-ignore", *modules]
libraries = mypycify(options, opt_level="2", debug_level="0", multi_file=True)
for library in libraries:
    told = [flag for flag in flags if not flag.startswith("-Wl")]
    library.extra_compile_args = [*library.extra_compile_args, *told]
    library.extra_link_args = [*library.extra_link_args, *flags]
setup(name="cards", packages=[], ext_modules=libraries)
"""


class CompiledCore(BuildHookInterface[Any]):
    """Adds the compiled modules to a wheel, beside their sources, when VARIABLE is 1."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What compiling needs beside hatchling and a C compiler: the golden cases are answered."""
        return [*TOOLS, *self.metadata.core.dependencies] if _is_asked() else []

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


def compiled_modules() -> list[str]:
    """The modules that are compiled: their files below the root of the checkout."""
    core = {str(path.relative_to(ROOT)) for path in (ROOT / "cards").rglob("*.py")}
    around = {f"{folder}/{name}.py" for folder, names in AROUND.items() for name in names}
    return sorted((core | around) - LEFT)


def compile_core(folder: Path) -> None:
    """Copy both packages into ``folder`` and compile them there: on Linux twice, the second time for what
    was seen while the golden cases were answered. Raises RuntimeError with the words of what failed."""
    for package in PACKAGES:
        shutil.rmtree(folder / package, ignore_errors=True)
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    cases = folder / "fixtures"  # beside the packages, as in the checkout
    cases.unlink(missing_ok=True)
    cases.symlink_to(ROOT / "fixtures")
    modules = compiled_modules()
    for module in modules:
        path = folder / module
        path.write_text(with_quick_values(path.read_text()))
    with tempfile.TemporaryDirectory() as scratch:
        if sys.platform == "linux":
            _compile(folder, modules, scratch, *WATCH)
            _run([sys.executable, "-m", "cds_service.rehearsal"], folder)
            _compile(folder, modules, scratch, *WATCHED)
        else:
            _compile(folder, modules, scratch)
    for left_over in ("build", ".mypy_cache"):
        shutil.rmtree(folder / left_over, ignore_errors=True)


def _compile(folder: Path, modules: list[str], scratch: str, *flags: str) -> None:
    for old in _libraries(folder):
        old.unlink()
    options = ["--quiet", "build_ext", "--inplace", "--force", "--build-temp", scratch]
    _run([sys.executable, "-c", _SETUP, *options, " ".join(flags), " ".join(modules)], folder)


def _run(command: list[str], folder: Path) -> None:
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"What calls run through could not be compiled:\n{done.stdout}{done.stderr}")


def with_quick_values(source: str) -> str:
    """Write every value class (cards/value_class.py) of a module as mypyc makes it fastest.

    Its constructor is spelled out, which gives the members fixed places: one that ``dataclass`` makes stays
    Python, and takes ten times as long. No value leads back to itself, so that the collector of garbage need
    not know of it. All of this goes into empty lines: a traceback names the lines of the source.
    """
    lines = source.splitlines()
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    is_changed = False
    for node in classes:
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Name) and decorator.id == "value_class":
                members = [each for each in node.body if isinstance(each, ast.AnnAssign)]
                _fill(lines, members[0].lineno - 1, f"    {_constructor(members)}", node.name)
                _fill(lines, decorator.lineno - 1, "@mypyc_attr(acyclic=True, free_list_len=1)", node.name)
                lines[decorator.lineno - 1] = "@dataclasses.dataclass(init=False, unsafe_hash=True)"
                is_changed = True
    if is_changed:
        first = lines.index("from __future__ import annotations")
        lines[first] += "; import dataclasses, typing"
        _fill(lines, first + 2, "if typing.TYPE_CHECKING: from mypy_extensions import mypyc_attr", "imports")
    return "\n".join([*lines, ""])


def _fill(lines: list[str], number: int, text: str, where: str) -> None:
    """Write into the line of that number, counted from 1, which has to be empty."""
    if lines[number - 1]:
        raise RuntimeError(f"{where}: leave a line empty in place of {lines[number - 1]!r}")
    lines[number - 1] = text


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
