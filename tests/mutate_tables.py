"""Change the cells of the other tables: ``python -m tests.mutate_tables [PACKAGE ..]``.

They are the tables of the terminology, the small ones of the reader and those of the writer.
tests.mutate_data does the same for the clinical tables. A changed table of the terminology is loaded, and
what each code means then is compared with the record of it. Elsewhere, and where that finds nothing, the
changed table is read in a forked process that runs the tests of its package until one fails. A cell whose
change no test notices is a survivor: file, line and column are printed, and the exit status is 1. So many
cells of a package are drawn, by ``--seed``, as ``--most`` says; ``--all`` tries every cell.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from tests.forked import Stages, drawn, import_libraries, notices, share, with_text
from tests.mutate_code import GOLDEN, READING
from tests.mutate_data import Change, changes

ROOT = Path(__file__).resolve().parents[1]
STAGES: dict[str, Stages] = {
    "cards/terminology": (
        ("tests/cards/terminology/test_meanings.py",),
        ("tests/cards/terminology",),
        GOLDEN,
    ),
    "cards/reading": (("tests/cards/reading/test_codes_read.py",), GOLDEN, READING),
    "cards/writing": (GOLDEN, ("tests/cards/writing",)),
}
DIRECT = "cards/terminology"
# Columns that only people read: where a row comes from and why it is there.
TEXT_ONLY = {"display", "source", "note", "why", "language"}
# The list of code systems that aliases.csv was made from, which no program reads; and sentences.
NOT_READ = {"systems.csv", "en.toml", "es.toml"}


def tables(package: str) -> list[Path]:
    """List the tables of a package that the program reads."""
    found = [*(ROOT / package).rglob("*.csv"), *(ROOT / package).rglob("*.toml")]
    return sorted(path for path in found if path.name not in NOT_READ)


def cells(package: str) -> Iterator[tuple[Path, Change]]:
    """Give every change of a cell that means something to the program."""
    for path in tables(package):
        for change in changes(path):
            if change.column not in TEXT_ONLY:
                yield path, change


def meanings_differ(path: Path, text: str) -> bool:
    """Say whether a code means something else, or nothing can be loaded, with another text in one table."""
    from cards import terminology
    from tests.cards.terminology.meanings import meanings, recorded

    held = [vars(module) for name, module in sys.modules.items() if name.startswith("cards.terminology")]
    for loader in {one for names in held for one in names.values() if hasattr(one, "cache_clear")}:
        loader.cache_clear()
    with with_text(path, text):
        try:
            return meanings(terminology) != recorded()
        except ValueError:
            return True


def differences(every: Sequence[tuple[Path, Change]]) -> list[bool]:
    """Say of each change whether it changes what codes mean, in a process that is forked once for all."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with os.fdopen(writing, "wb") as answer:
                for path, change in every:
                    differs = any(meanings_differ(path, text) for text in change.texts)
                    answer.write(b"+" if differs else b"-")
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        said = answers.read().decode()
    os.waitpid(child, 0)
    if len(said) != len(every):
        raise SystemExit("the meanings cannot be compared")
    return [answer == "+" for answer in said]


def every_cell_noticed(package: str, most: int, seed: int) -> bool:
    """Change the cells of one package and print what was seen; True when each was noticed."""
    if notices(STAGES[package]):
        raise SystemExit(f"{package}: the tests fail before anything is changed; mend them first")
    every = list(cells(package))
    tried = drawn(every, most, seed)
    differ = differences(tried) if package == DIRECT else [False] * len(tried)
    unnoticed = 0
    for (path, change), seen in zip(tried, differ, strict=True):
        if not seen and not any(notices(STAGES[package], path, text) for text in change.texts):
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
@click.option("--most", default=300, help="How many cells of a package to try.")
@click.option("--all", "most", flag_value=0, help="Try every cell; this takes hours.")
@click.option("--seed", default=1, help="Which cells are drawn.")
def main(packages: Sequence[str], most: int, seed: int) -> None:
    """Change cells of the tables, one at a time, and see whether a test notices."""
    import_libraries()
    noticed = [every_cell_noticed(package, most, seed) for package in packages or STAGES]
    sys.exit(0 if all(noticed) else 1)


if __name__ == "__main__":
    main()
