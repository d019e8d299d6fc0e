"""Keeps the last whole run, and compares a new one with it."""

from __future__ import annotations

from pathlib import Path

import orjson
from pydantic import TypeAdapter

from benchmarks.chart import growth_picture, side_by_side_picture
from benchmarks.figures import Run, ratios
from benchmarks.machine import is_busy
from benchmarks.tables import on_page, tables

FOLDER = Path(__file__).with_name("results")
MOST_LOST = 0.15
BUSY = (
    "**Other programs used the processors when this ran: its ratios are lower than on a quiet machine.**\n\n"
)
HEAD = """# The last kept run

Written by `make bench-save`; `make bench-check` compares a new run with it.

{busy}| machine | |
| --- | --- |
{machine}

![Answers a second and processor time, side by side](side-by-side.svg)

![The whole line as reports grow](growth.svg)
"""
# HealthChain's speed is not ours to keep.
OURS = ("service", "rs384", "es384")
BY = {"requests": "answers a second", "processor": "processor time"}


def kept(folder: Path = FOLDER) -> Run:
    """Read the run that was kept last."""
    path = folder / "run.json"
    if not path.exists():
        raise SystemExit("There is no kept run to compare with: `make bench-save` makes one.")
    return TypeAdapter(Run).validate_json(path.read_bytes())


def keep(run: Run, folder: Path = FOLDER) -> list[Path]:
    """Write a whole run as JSON, as a page and as pictures; the files that were written."""
    texts = {
        "run.json": orjson.dumps(run, option=orjson.OPT_INDENT_2).decode() + "\n",
        "README.md": as_page(run),
        "side-by-side.svg": side_by_side_picture(run),
        "growth.svg": growth_picture(run.growth),
    }
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def as_page(run: Run) -> str:
    """Write a run as one page: the machine, the pictures, the tables."""
    machine = "\n".join(f"| {name} | {value} |" for name, value in run.machine.items())
    busy = BUSY if is_busy(run.machine) else ""
    return "\n".join([HEAD.format(machine=machine, busy=busy), *map(on_page, tables(run))])


def lost(run: Run, before: Run) -> list[str]:
    """One sentence for each ratio of ours that is more than 15 percent below that of the kept run."""
    now, then = ratios(run.side_by_side), ratios(before.side_by_side)
    found = []
    for name in OURS:
        for by, words in BY.items():
            if name not in now or name not in then:
                continue
            ours, theirs = now[name][by].median, then[name][by].median
            if ours < theirs * (1 - MOST_LOST):
                found.append(
                    f"{name}: the ratio to the do-nothing service by {words} is {ours:.3f}, "
                    f"{100 * (1 - ours / theirs):.0f} percent below the kept {theirs:.3f}."
                )
    return found
