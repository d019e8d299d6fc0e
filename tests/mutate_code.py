"""Change the code of the core, one small place at a time: ``python -m tests.mutate_code [ROOM ..]``.

mutmut says which changes there are; each is tried in a forked process on the tests that call the changed
function, until one fails. Where none does and the function runs while modules are imported, everything is
imported anew with the changed file. A change that no test notices is a survivor: it is printed as a
difference, and the exit status is 1 where fewer are noticed than the package must reach.

Without ``--all`` so many changes of a package are drawn as ``--most`` says, by ``--seed``. Why mutmut does
not run the tests itself: docs/decisions.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import libcst as cst
from mutmut.mutation.file_mutation import Mutation, create_mutations

from tests.changed_function import Function, function_of, noticed_by_callers
from tests.forked import Stages, drawn, import_libraries, notices, share

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ("tests/test_golden.py::test_a_golden_answer_is_current",)
# The round trips draw examples, too.
READING = ("tests/cards/reading", "--ignore=tests/cards/reading/test_round_trip.py")
_EACH_ROW = "tests/cards/terminology/test_tables.py::test_each_row_is_reached"


@dataclass(frozen=True, slots=True)
class Room:
    """One package: the percentage of changes that must be noticed, its tests, and which of its files.

    ``more`` are tests of what uses it: run where they call what was changed, but not on a new import.
    """

    least: int
    stages: Stages
    files: tuple[str, ...] = ("*.py",)
    more: tuple[str, ...] = ()


ROOMS = {
    "cards/guidance": Room(
        90,
        (
            ("tests/test_outcomes.py::test_the_checks_hold_for_the_model_as_it_is",),
            ("tests/cards/guidance",),
            GOLDEN,
        ),
    ),
    "cards/reading": Room(80, (GOLDEN, READING, ("tests/cards/history",))),
    "cards/terminology": Room(80, (("tests/cards/terminology", f"--deselect={_EACH_ROW}"), GOLDEN, READING)),
    "cards/history": Room(80, (("tests/cards/history",), GOLDEN, READING)),
    "cards/writing": Room(80, (GOLDEN, ("tests/cards/writing",))),
    "cds_service/trust": Room(
        80,
        (
            ("tests/cds_service/trust/test_token_table.py",),
            (
                "tests/cds_service/trust",
                "--ignore=tests/cds_service/trust/test_deployed.py",
                "--ignore=tests/cds_service/trust/test_security_page.py",
            ),
        ),
        ("authenticate.py", "checks.py", "keys.py", "replay.py", "token.py"),
    ),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One place of a file, and what to put there."""

    path: Path
    module: cst.Module
    mutation: Mutation

    def text(self) -> str:
        """Give the whole file with the change."""
        changed = self.module.deep_replace(self.mutation.original_node, self.mutation.mutated_node)
        return cst.ensure_type(changed, cst.Module).code

    def function(self) -> Function:
        """Give the changed function alone."""
        whole = self.mutation.contained_by_top_level_function
        assert whole is not None
        holder = next(
            (
                one.name.value
                for one in self.module.body
                if isinstance(one, cst.ClassDef) and any(part is whole for part in one.body.body)
            ),
            None,
        )
        changed = whole.deep_replace(self.mutation.original_node, self.mutation.mutated_node)
        return function_of(self.path, holder, cst.ensure_type(changed, cst.FunctionDef))

    def difference(self) -> str:
        """Show the changed lines under the name of the file."""
        name = self.path.relative_to(ROOT).as_posix()
        lines = difflib.unified_diff(
            self.module.code.splitlines(), self.text().splitlines(), lineterm="", n=0
        )
        _, _, place, *changed = lines
        return "\n".join([f"{name} {place}", *changed])


def changes(path: Path) -> Iterator[Change]:
    """Give every change that mutmut knows for the functions of one file."""
    module, mutations, *_ = create_mutations(str(path), path.read_text(encoding="utf-8"))
    for one in mutations:
        if isinstance(one.contained_by_top_level_function, cst.FunctionDef):
            yield Change(path, module, one)


def enough_noticed(name: str, most: int, seed: int, only: Sequence[str]) -> bool:
    """Try the changes of one package and print what was seen; True when enough were noticed."""
    room = ROOMS[name]
    paths = [path for pattern in room.files for path in sorted((ROOT / name).glob(pattern))]
    every = [change for path in paths if not only or path.name in only for change in changes(path)]
    tried = drawn(every, most, seed)
    tests = [argument for stage in (*room.stages, room.more) for argument in stage]
    survivors = 0
    said = noticed_by_callers(tests, [change.function() for change in tried])
    for change, answer in zip(tried, said, strict=True):
        if answer == "-" or (answer == "?" and not notices(room.stages, change.path, change.text())):
            survivors += 1
            click.echo(change.difference())
    noticed = len(tried) - survivors
    click.echo(f"{name}: {share(noticed, len(tried), len(every))}")
    return 100 * noticed >= room.least * len(tried)


@click.command()
@click.argument("names", metavar="[ROOM]...", nargs=-1, type=click.Choice(list(ROOMS)))
@click.option("--most", default=400, help="How many changes of a package to try.")
@click.option("--all", "most", flag_value=0, help="Try every change; this takes hours.")
@click.option("--seed", default=1, help="Which changes are drawn.")
@click.option("--file", "only", multiple=True, help="Only this file of the package.")
def main(names: Sequence[str], most: int, seed: int, only: Sequence[str]) -> None:
    """Change the code of the core, one small place at a time, and see whether a test notices."""
    import_libraries()
    enough = [enough_noticed(name, most, seed, only) for name in names or ROOMS]
    sys.exit(0 if all(enough) else 1)


if __name__ == "__main__":
    main()
