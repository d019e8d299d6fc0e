"""A run as tables, for the terminal and for a page."""

from __future__ import annotations

import io
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table as Drawn

from benchmarks.figures import BASE, Ratio, Round, Run, above_bare, floors, ratios

REQUEST_TITLES = {
    BASE: "do-nothing service",
    "service": "this service, authentication off",
    "rs384": "this service, RS384 and the replay insert",
    "es384": "this service, ES384 and the replay insert",
    "bare rs384": "one bare verification, RS384",
    "joserfc rs384": "one verification by joserfc, RS384",
    "bare es384": "one bare verification, ES384",
    "joserfc es384": "one verification by joserfc, ES384",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the heads of the columns and the rows. The first column is text, the others are figures."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(run: Run) -> Iterator[Table]:
    """Every table that this run has figures for."""
    if run.side_by_side:
        yield _over_http(run)
        yield _processes(run)
    if run.request_us:
        yield _requests(run)
    if run.steps_us:
        yield _figures("The core, step by step", "µs of processor time", run.steps_us)
    if run.growth:
        yield _growth(run)
    if run.hottest_percent:
        yield _figures("Hottest functions of the whole line", "% of own time", run.hottest_percent, 1)
    if run.guidance:
        yield _figures("The decision model by itself", "figure", run.guidance)
    promises = floors(run)
    if promises:
        yield Table(
            "Floors",
            ("promise", "asked", "seen", ""),
            tuple((one.about, one.asked, one.seen, "met" if one.is_met else "NOT MET") for one in promises),
        )


def _over_http(run: Run) -> Table:
    compared = ratios(run.side_by_side)
    rows = []
    for one in run.side_by_side:
        found = compared.get(one.name)
        rows.append(
            (
                one.title,
                _median(one.rounds, "per_second", 0),
                _median(one.rounds, "p50", 2),
                _median(one.rounds, "p99", 2),
                _median(one.rounds, "processor_us", 0),
                "1" if found is None else _ratio(found["requests"]),
                "1" if found is None else _ratio(found["processor"]),
                str(sum(each.failed for each in one.rounds)),
            )
        )
    heads = (
        "side by side over HTTP",
        "answers/s",
        "p50 ms",
        "p99 ms",
        "processor µs",
        "ratio by answers/s",
        "ratio by processor",
        "failed",
    )
    rounds = len(run.side_by_side[0].rounds)
    return Table(f"Side by side over HTTP: medians of {rounds} rounds", heads, tuple(rows))


def _processes(run: Run) -> Table:
    rows = [
        (
            one.title,
            f"{one.start_seconds:.2f}",
            f"{one.worker_mb:.0f}",
            f"{one.together_mb:.0f}",
            f"{100 * statistics.median(each.busy for each in one.rounds):.0f}",
        )
        for one in run.side_by_side
    ]
    heads = ("the processes", "first answer s", "worker MB", "all together MB", "of its core %")
    return Table("Start, memory and how busy the server's core was", heads, tuple(rows))


def _requests(run: Run) -> Table:
    rows = [(REQUEST_TITLES.get(name, name), f"{spent:.0f}") for name, spent in run.request_us.items()]
    for name in ("rs384", "es384"):
        extra = above_bare(run.request_us, name)
        if extra is not None:
            rows.append((f"{name.upper()}: added to a request beyond one bare verification", f"{extra:.0f}"))
    return Table("One request without HTTP", ("in this process", "µs of processor time"), tuple(rows))


def _growth(run: Run) -> Table:
    rows = [
        (
            f"{one.observations:,}",
            f"{one.body_bytes / 1024:.0f}",
            f"{one.milliseconds:.2f}",
            f"{one.milliseconds / one.observations * 1e3:.1f}",
            f"{one.parser_milliseconds / one.observations * 1e3:.1f}",
        )
        for one in run.growth
    ]
    head = ("Observations", "KiB", "whole line ms", "µs each", "JSON parser alone, µs each")
    return Table("As reports grow", head, tuple(rows))


def _figures(title: str, head: str, figures: Mapping[str, float], digits: int = 0) -> Table:
    return Table(title, ("", head), tuple((name, f"{one:,.{digits}f}") for name, one in figures.items()))


def _median(rounds: Sequence[Round], name: str, digits: int) -> str:
    return f"{statistics.median(getattr(one, name) for one in rounds):.{digits}f}"


def _ratio(one: Ratio) -> str:
    return f"{one.median:.3f} ({one.low:.3f} to {one.high:.3f})"


def on_terminal(table: Table) -> str:
    """Draw a table for a terminal, never cut short."""
    drawn = Drawn(title=table.title, title_justify="left", title_style="bold")
    for number, head in enumerate(table.heads):
        is_figure = number > 0 and table.title != "Floors"
        drawn.add_column(head, justify="right" if is_figure else "left", overflow="fold")
    for row in table.rows:
        drawn.add_row(*row)
    text = io.StringIO()
    Console(file=text, width=150).print(drawn)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def on_page(table: Table) -> str:
    """Write a table in Markdown."""
    sides = [
        "---" if number == 0 or table.title == "Floors" else "---:" for number in range(len(table.heads))
    ]
    lines = [table.heads, tuple(sides), *table.rows]
    return f"## {table.title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
