"""Change the cells of the clinical tables, one at a time: ``python -m tests.mutate_data [TABLE ..]``.

For each changed cell the model is loaded again in this process and must either refuse the table or
fail a check that the test suite holds it to: the worked cases and the recorded outcomes. What passes
there meets the other tests of the model in a process of its own. A cell whose change nobody notices is
a survivor: file, line and column are printed, and the exit status is 1. The pages of docs/model do not
count: they change with every cell.

Left out are cells that only people read (TEXT_ONLY), cells that cannot matter where they stand (EQUIVALENT,
each with its reason) and worked_cases.csv, which is a test.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from unittest import mock

import click

from tests.forked import drawn, share
from tests.model_checks import CHECKS

ROOT = Path(__file__).resolve().parents[1]
ROOM = ROOT / "cards" / "guidance"
PACKAGE = "cards.guidance"
# A cell that is text for people and changes no outcome: sentences, headings, and the ids of sources, which
# the loader holds to the list of citations.
TEXT_ONLY = {
    "rules.csv": {"section", "citations", "title", "intent"},
    "citations.csv": {"topic", "evidence", "text"},
    "profiles.csv": {"citations"},
    "switches.toml": {"why"},
}
_LAST_PATHOLOGY_ROWS = {f"R-PB-{number:02}" for number in (5, 6, 7, 8, 9, 12)}
# A cell that cannot matter where it stands, with the reason; the row is given by column name.
Row = Mapping[str, str]
EQUIVALENT: tuple[tuple[str, str, Callable[[Row], bool], str], ...] = (
    ("base_table.csv", "rule", lambda row: row["switch"] != "", "the default row names the rule"),
    ("conditional_rows.csv", "three", lambda row: row["expected"] != "3", "asked only of a set of exactly 3"),
    (
        "conditional_rows.csv",
        "change",
        lambda row: row["change"] == "not_compared",
        "the rows above take every other change",
    ),
    (
        "conditional_rows.csv",
        "distribution",
        lambda row: row["distribution"] == "diffuse",
        "the rows above take every other arrangement",
    ),
    (
        "routine_rows.csv",
        "when",
        lambda row: row["when"] == "inside_profile",
        "the rows above take every other patient",
    ),
    (
        "follow_up.csv",
        "resolution",
        lambda row: row["follow"] != "row",
        "where another table says what follows, no resolution is due",
    ),
    (
        "pathology_rows.csv",
        "go_on",
        lambda row: not row["when"] and row["rule"] in _LAST_PATHOLOGY_ROWS,
        "no later row has its results",
    ),
    (
        "surveillance.csv",
        "allowed",
        lambda row: bool(row["when"] or row["switch"]),
        "the last row of a step says which intervals fit",
    ),
    ("special_sets.csv", "rule", lambda row: True, "names whose sentence it is; the step fires the rule"),
)
NOT_MEDICINE = {"worked_cases.csv"}
MOST_TRIES = 4
# The tests that look again at what the checks in this process let pass. The slow ones ask for properties of
# any table, the pages change with every cell, and an id in no test says nothing about a cell.
SECOND_LOOK = (
    "tests/cards/guidance",
    "tests/test_model_pages.py",
    "--ignore=tests/cards/guidance/test_properties.py",
    "--ignore=tests/cards/guidance/test_guidance_json.py",
    "-k",
    "not pages_are_current and not is_in_a_test",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One changed cell: the table with it, and where it is. ``texts`` are tried in turn."""

    file: str
    line: int
    column: str
    value: str
    others: tuple[str, ...]
    texts: tuple[str, ...]


def _row_text(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _others(value: str, column: Sequence[str]) -> tuple[str, ...]:
    """Give other values for a cell: one fewer or one more word, then what stands elsewhere in its column."""
    words = value.split()
    fewer = [" ".join(words[:-1])] if len(words) > 1 else []
    found = dict.fromkeys([*fewer, *column])
    found.pop(value, None)
    return tuple(found)[:MOST_TRIES] or (value + "x",)


def _cannot_matter(file: str, column: str, row: Row) -> bool:
    return any((file, column) == (one[0], one[1]) and one[2](row) for one in EQUIVALENT)


def csv_changes(file: str, text: str) -> Iterator[Change]:
    """Change each cell of a CSV table whose comment lines stand above the header."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    names, *rows = csv.reader(lines[start:])
    for number, cells in enumerate(rows):
        for place, name in enumerate(names):
            if name in TEXT_ONLY.get(file, ()) or _cannot_matter(
                file, name, dict(zip(names, cells, strict=True))
            ):
                continue
            others = _others(cells[place], [row[place] for row in rows])
            texts = []
            for other in others:
                changed = _row_text([*cells[:place], other, *cells[place + 1 :]])
                line = start + 1 + number
                texts.append("\n".join([*lines[:line], changed, *lines[line + 1 :]]))
            yield Change(file, start + 2 + number, name, cells[place], others, tuple(texts))


_TOML_LINE = re.compile(r"^(\w+) = (.+)$")
_TOML_TOKEN = re.compile(r'"([^"]*)"|\b\d+\b|\b(?:true|false)\b')


def toml_changes(file: str, text: str) -> Iterator[Change]:
    """Change each token of a TOML file of records: a word, a number or a truth value."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        entry = _TOML_LINE.match(line)
        if entry is None or entry[1] in TEXT_ONLY.get(file, ()):
            continue
        for token in _TOML_TOKEN.finditer(line, entry.start(2)):
            old = token[0]
            flipped = {"true": "false", "false": "true"}.get(old)
            new = flipped or (f'"{old[1:-1]}_x"' if old.startswith('"') else str(int(old) + 1))
            changed = line[: token.start()] + new + line[token.end() :]
            whole = "\n".join([*lines[:number], changed, *lines[number + 1 :]])
            yield Change(file, number + 1, entry[1], old, (new,), (whole,))


def changes(path: Path) -> Iterator[Change]:
    """Give every change of one table."""
    text = path.read_text(encoding="utf-8")
    return (csv_changes if path.suffix == ".csv" else toml_changes)(path.name, text)


def loaded_with(file: str, text: str) -> ModuleType:
    """Load the model anew with one table in another text; raises whatever refuses the table."""
    for name in [one for one in sys.modules if one == PACKAGE or one.startswith(PACKAGE + ".")]:
        del sys.modules[name]
    read_text = Path.read_text

    def changed_text(self: Path, *rest: str, **named: str) -> str:
        return text if self == ROOM / file else read_text(self, *rest, **named)

    with mock.patch.object(Path, "read_text", changed_text):
        return import_module(PACKAGE)


def _holds(check: Callable[[ModuleType], bool], model: ModuleType) -> bool:
    try:
        return check(model)
    except Exception:
        # A model that breaks on a changed cell fails the test that meets it.
        return False


def passing(change: Change) -> tuple[str, ...]:
    """Give the texts of a change that pass every check; none where one is noticed or all are refused."""
    passed = []
    for text in change.texts:
        try:
            model = loaded_with(change.file, text)
        except ValueError:
            continue
        if not all(_holds(check, model) for check in CHECKS):
            return ()
        passed.append(text)
    return tuple(passed)


def suite_notices(copy: Path, file: str, texts: Sequence[str]) -> bool:
    """Say whether a test of the model fails in a copy of the repository that has one of the texts."""
    target = copy / "cards" / "guidance" / file
    before = target.read_text(encoding="utf-8")
    try:
        for text in texts:
            target.write_text(text, encoding="utf-8")
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *SECOND_LOOK],
                cwd=copy,
                capture_output=True,
                check=False,
            )
            if done.returncode:
                return True
    finally:
        target.write_text(before, encoding="utf-8")
    return False


@contextmanager
def copy_of_repository() -> Iterator[Path]:
    """Give a copy of what the tests of the model need."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("cards", "cds_service", "tests", "docs"):
            shutil.copytree(ROOT / name, Path(folder) / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        yield Path(folder)


def tables() -> list[Path]:
    """List the tables of the model."""
    found = [*ROOM.glob("*.csv"), *ROOM.glob("*.toml")]
    return sorted(path for path in found if path.name not in NOT_MEDICINE)


@click.command()
@click.argument("names", metavar="[TABLE]...", nargs=-1)
@click.option("--most", default=0, help="How many cells to try; all without it.")
@click.option("--seed", default=1, help="Which cells are drawn.")
def main(names: Sequence[str], most: int, seed: int) -> None:
    """Change the cells of the clinical tables, one at a time, and see whether a test notices."""
    chosen = [path for path in tables() if not names or path.name in names]
    text = chosen[0].read_text(encoding="utf-8")
    if not passing(Change(chosen[0].name, 0, "", "", (), (text,))):
        raise SystemExit(
            "the model fails its checks before anything is changed; mend it or record its outcomes"
        )
    every = [change for path in chosen for change in changes(path)]
    tried = drawn(every, most, seed)
    left = [(change, texts) for change in tried if (texts := passing(change))]
    with copy_of_repository() as copy:
        if left and suite_notices(copy, chosen[0].name, [text]):
            raise SystemExit("the tests of the model fail before anything is changed; mend them first")
        unnoticed = [change for change, texts in left if not suite_notices(copy, change.file, texts)]
    for change in unnoticed:
        others = " or ".join(map(repr, change.others))
        click.echo(
            f"cards/guidance/{change.file}:{change.line}: {change.column}: "
            f"{change.value!r} may become {others} unnoticed"
        )
    click.echo(f"cards/guidance: cells: {share(len(tried) - len(unnoticed), len(tried), len(every))}")
    sys.exit(1 if unnoticed else 0)


if __name__ == "__main__":
    main()
