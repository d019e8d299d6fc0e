"""Change the code of the core, one small place at a time: ``python -m tests.mutate_code [ROOM ..]``.

mutmut says which changes there are; each changed file is imported in a forked process that runs the tests
of its package until one fails. A change that no test notices is a survivor: it is printed as a difference,
and the exit status is 1 where fewer are noticed than the package must reach.

Without ``--all`` every nth change of a package is tried, so that about ``--most`` of them are; ``--first``
begins the count elsewhere. Why mutmut does not run the tests itself: docs/decisions.
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

from tests.forked import Stages, every_nth, import_libraries, notices, share

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ("tests/test_golden.py", "-k", "is_current")
# The round trips draw examples, too.
READING = ("tests/cards/reading", "--ignore=tests/cards/reading/test_round_trip.py")


@dataclass(frozen=True, slots=True)
class Room:
    """One package: the percentage of changes that must be noticed, its tests, and which of its files."""

    least: int
    stages: Stages
    files: tuple[str, ...] = ("*.py",)


ROOMS = {
    "cards/guidance": Room(
        90, (("tests/test_outcomes.py", "-k", "checks_hold"), ("tests/cards/guidance",), GOLDEN)
    ),
    "cards/reading": Room(80, (GOLDEN, READING, ("tests/cards/history",))),
    "cards/terminology": Room(80, (("tests/cards/terminology", "-k", "not each_row"), GOLDEN, READING)),
    "cards/history": Room(80, (("tests/cards/history",), GOLDEN, READING)),
    "cds_service/trust": Room(
        80,
        (("tests/cds_service/trust/test_token_table.py",), ("tests/cds_service/trust",)),
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


def enough_noticed(name: str, most: int, first: int, only: Sequence[str]) -> bool:
    """Try the changes of one package and print what was seen; True when enough were noticed."""
    room = ROOMS[name]
    paths = [path for pattern in room.files for path in sorted((ROOT / name).glob(pattern))]
    every = [change for path in paths if not only or path.name in only for change in changes(path)]
    if notices(room.stages):
        raise SystemExit(f"{name}: the tests fail before anything is changed; mend them first")
    tried = [every[place] for place in every_nth(len(every), most, first)]
    survivors = 0
    for change in tried:
        if not notices(room.stages, change.path, change.text()):
            survivors += 1
            click.echo(change.difference())
    noticed = len(tried) - survivors
    click.echo(f"{name}: {share(noticed, len(tried), len(every))}")
    return 100 * noticed >= room.least * len(tried)


@click.command()
@click.argument("names", metavar="[ROOM]...", nargs=-1, type=click.Choice(list(ROOMS)))
@click.option("--most", default=400, help="About how many changes of a package to try.")
@click.option("--all", "most", flag_value=0, help="Try every change; this takes hours.")
@click.option("--first", default=0, help="The change to begin with.")
@click.option("--file", "only", multiple=True, help="Only this file of the package.")
def main(names: Sequence[str], most: int, first: int, only: Sequence[str]) -> None:
    """Change the code of the core, one small place at a time, and see whether a test notices."""
    import_libraries()
    enough = [enough_noticed(name, most, first, only) for name in names or ROOMS]
    sys.exit(0 if all(enough) else 1)


if __name__ == "__main__":
    main()
