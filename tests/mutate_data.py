"""Change every cell of the clinical tables, one at a time: ``python -m tests.mutate_data [TABLE ..]``.

For each changed cell the model is loaded again in this process and must either refuse the table or
fail a check that the test suite holds it to: the worked cases, the recorded outcomes, the numbers of
section 16 and 17. A cell whose change nobody notices is a survivor: file, line and column are printed,
and the exit status is 1. The pages of docs/model do not count: they change with every cell.

Left out are cells that only people read, by the rule in TEXT_ONLY, and worked_cases.csv, which is a test.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from unittest import mock

import click

from tests.model_checks import CHECKS

ROOM = Path(__file__).resolve().parents[1] / "cards" / "guidance"
PACKAGE = "cards.guidance"
# A cell that is text for people and changes no outcome: sentences, headings, and the ids of sources, which
# the loader holds to the list of citations.
TEXT_ONLY = {
    "rules.csv": {"section", "citations", "title", "intent"},
    "citations.csv": {"topic", "evidence", "text"},
    "profiles.csv": {"citations"},
    "switches.toml": {"why"},
}
NOT_MEDICINE = {"worked_cases.csv"}
MOST_TRIES = 4


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


def csv_changes(file: str, text: str) -> Iterator[Change]:
    """Change each cell of a CSV table whose comment lines stand above the header."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    names, *rows = csv.reader(lines[start:])
    for number, cells in enumerate(rows):
        for place, name in enumerate(names):
            if name in TEXT_ONLY.get(file, ()):
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


def survives(change: Change) -> bool:
    """Say whether nobody notices: the loader takes other values, and each of them passes every check."""
    taken = False
    for text in change.texts:
        try:
            model = loaded_with(change.file, text)
        except ValueError:
            continue
        taken = True
        if not all(check(model) for check in CHECKS):
            return False
    return taken


def tables() -> list[Path]:
    """List the tables of the model."""
    found = [*ROOM.glob("*.csv"), *ROOM.glob("*.toml")]
    return sorted(path for path in found if path.name not in NOT_MEDICINE)


def main(names: Sequence[str]) -> int:
    """Change every cell, print the survivors and the count; 1 when there are any."""
    cells = survivors = 0
    for path in tables():
        if names and path.name not in names:
            continue
        for change in changes(path):
            cells += 1
            if survives(change):
                survivors += 1
                where = f"cards/guidance/{change.file}:{change.line}: {change.column}"
                click.echo(
                    f"{where}: {change.value!r} may become {' or '.join(map(repr, change.others))} unnoticed"
                )
    click.echo(f"{cells} cells changed, {survivors} unnoticed.")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
