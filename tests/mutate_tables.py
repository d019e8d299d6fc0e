"""Change the cells of the tables of codes: ``python -m tests.mutate_tables [PACKAGE ..]``.

They are the tables of the terminology and the small ones of the reader.
tests.mutate_data does the same for the clinical tables. Here each changed table is read in a forked process
that runs the tests of its package until one fails. A cell whose change no test notices is a survivor: file,
line and column are printed, and the exit status is 1. Without ``--all`` every nth cell of a package is tried.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from tests.forked import Stages, every_nth, import_libraries, notices, share
from tests.mutate_code import GOLDEN, READING
from tests.mutate_data import Change, csv_changes

ROOT = Path(__file__).resolve().parents[1]
STAGES: dict[str, Stages] = {
    "cards/terminology": (
        ("tests/cards/terminology/test_meanings.py",),
        ("tests/cards/terminology",),
        GOLDEN,
    ),
    "cards/reading": (("tests/cards/reading/test_codes_read.py",), GOLDEN, READING),
}
# Columns that only people read: where a row comes from and why it is there.
TEXT_ONLY = {"display", "source", "note", "why", "language"}
# The list of code systems that aliases.csv was made from; no program reads it.
NOT_READ = {"systems.csv"}


def tables(package: str) -> list[Path]:
    """List the tables of a package that the program reads."""
    return sorted(path for path in (ROOT / package).rglob("*.csv") if path.name not in NOT_READ)


def cells(package: str) -> Iterator[tuple[Path, Change]]:
    """Give every change of a cell that means something to the program."""
    for path in tables(package):
        for change in csv_changes(path.name, path.read_text(encoding="utf-8")):
            if change.column not in TEXT_ONLY:
                yield path, change


def every_cell_noticed(package: str, most: int, first: int) -> bool:
    """Change the cells of one package and print what was seen; True when each was noticed."""
    if notices(STAGES[package]):
        raise SystemExit(f"{package}: the tests fail before anything is changed; mend them first")
    every = list(cells(package))
    tried = [every[place] for place in every_nth(len(every), most, first)]
    unnoticed = 0
    for path, change in tried:
        if not any(notices(STAGES[package], path, text) for text in change.texts):
            unnoticed += 1
            others = " or ".join(map(repr, change.others))
            click.echo(
                f"{path.relative_to(ROOT).as_posix()}:{change.line}: {change.column}: {change.value!r} may "
                f"become {others} unnoticed"
            )
    click.echo(f"{package}: cells: {share(len(tried) - unnoticed, len(tried), len(every))}")
    return unnoticed == 0


@click.command()
@click.argument("packages", metavar="[PACKAGE]...", nargs=-1, type=click.Choice(list(STAGES)))
@click.option("--most", default=400, help="About how many cells of a package to try.")
@click.option("--all", "most", flag_value=0, help="Try every cell; this takes hours.")
@click.option("--first", default=0, help="The cell to begin with.")
def main(packages: Sequence[str], most: int, first: int) -> None:
    """Change cells of the tables, one at a time, and see whether a test notices."""
    import_libraries()
    noticed = [every_cell_noticed(package, most, first) for package in packages or STAGES]
    sys.exit(0 if all(noticed) else 1)


if __name__ == "__main__":
    main()
