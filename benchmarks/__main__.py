"""``python -m benchmarks``: what one answer costs, beside a service that does nothing."""

from __future__ import annotations

import sys

import click

VARIANTS = ("service", "rs384", "es384", "healthchain")
IN_PROCESS = ("request", "steps", "growth", "hottest", "guidance")
REQUESTS = 240

EXAMPLES = """
What NAME can be:

\b
  service      this service without authentication      }  over HTTP, in turns with
  rs384        this service, a new RS384 token a call   }  the do-nothing service;
  es384        this service, a new ES384 token a call   }  each on the same core,
  healthchain  HealthChain answering one fixed card     }  wrk on another
  request      one request in this process, with and without a token, and a bare verification
  steps        each step of the core
  growth       the whole line from 8 to 10,000 Observations
  hottest      the functions in which most time is spent
  guidance     the decision model by itself

Examples:

\b
  python -m benchmarks                            # everything, then the floors: met or not
  python -m benchmarks --quick                    # no server, no wrk: for a busy machine
  python -m benchmarks --only request --only steps
  python -m benchmarks --only service --pairs 30  # one variant, more rounds
  python -m benchmarks --save                     # keep the run in benchmarks/results
  python -m benchmarks --check                    # 1 when a ratio is 15 percent below the kept one

Processor time is that of the server alone, so that a busy machine disturbs it less than answers a second.
Keep the machine quiet for figures to publish: the first line says how busy it was.
"""


@click.command(
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--quick", is_flag=True, help="Leave out what needs a server and wrk.")
@click.option(
    "--seconds", default=2, show_default=True, type=click.IntRange(1, 120), help="Length of a round."
)
@click.option(
    "--pairs", default=12, show_default=True, type=click.IntRange(1, 50), help="Rounds of each variant."
)
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    type=click.Choice([*VARIANTS, *IN_PROCESS]),
    help="Measure this alone; may be given more than once.",
)
@click.option("--save", is_flag=True, help="Keep the run in benchmarks/results.")
@click.option("--check", is_flag=True, help="Compare the ratios with those of the kept run.")
def main(quick: bool, seconds: int, pairs: int, only: tuple[str, ...], save: bool, check: bool) -> None:
    """Measure what one answer costs, side by side with a service that does nothing.

    Returns 0 when everything was measured, 1 when a request failed or a ratio fell, 2 for bad usage.
    """
    wanted = [*(() if quick else VARIANTS), *IN_PROCESS] if not only else list(only)
    if quick and set(wanted) & set(VARIANTS):
        raise click.UsageError("--quick leaves out what --only asks for.")
    if save and (quick or only):
        raise click.UsageError("--save keeps whole runs: leave out --quick and --only.")
    sys.exit(run(wanted, seconds, pairs, save=save, check=check))


def run(wanted: list[str], seconds: int, pairs: int, *, save: bool, check: bool) -> int:
    """Measure what is wanted and print it; the exit status."""
    from benchmarks.measure import measure
    from benchmarks.results import keep, kept, lost
    from benchmarks.tables import on_terminal, tables

    seen = measure(wanted, REQUESTS, seconds, pairs, click.echo)
    for table in tables(seen):
        click.echo(f"\n{on_terminal(table)}")
    failed = sum(one.failed for variant in seen.side_by_side for one in variant.rounds)
    if failed:
        click.echo(f"{failed} requests failed, so no figure of this run counts.", err=True)
        return 1
    if check:
        losses = lost(seen, kept())
        for loss in losses:
            click.echo(loss, err=True)
        if losses:
            return 1
        click.echo("\nNo ratio is more than 15 percent below the kept run.")
    if save:
        for path in keep(seen):
            click.echo(f"Wrote {path.name}.")
    return 0


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
