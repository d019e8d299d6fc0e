"""Ratios, floors and the comparison with the kept run, on made-up numbers: nothing here looks at a clock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from benchmarks import measure
from benchmarks.__main__ import main
from benchmarks.chart import growth_picture, side_by_side_picture
from benchmarks.figures import Growth, Ratio, Round, Run, Seen, above_bare, floors, ratios
from benchmarks.results import as_page, keep, kept, lost
from benchmarks.tables import on_terminal, tables

REQUEST_US = {"do-nothing": 90.0, "service": 250.0, "es384": 900.0, "bare es384": 400.0}


def seen(name: str, *paces: float, failed: int = 0, start: float = 2.0, worker: float = 100.0) -> Seen:
    """One variant whose processor time is what its pace leaves."""
    rounds = tuple(Round(pace, 1.0, 2.0, 1e6 / pace, 1.0, failed) for pace in paces)
    return Seen(name, f"The {name}", start, worker, worker + 40, rounds)


def run_of(service: float = 500.0, **members: object) -> Run:
    """A run in which the do-nothing service gives 1000 answers a second, and every floor is met."""
    variants = (
        seen("do-nothing", 1000, 1000),
        seen("service", service, service),
        seen("rs384", 300, 300),
        seen("es384", 200, 200),
        seen("healthchain", 600, 600),
    )
    growth = (
        Growth(8, 11_000, 0.8, 0.1),
        Growth(300, 480_000, 20.0, 3.0),
        Growth(10_000, 16_000_000, 900.0, 120.0),
    )
    whole = Run(
        {"processor": "made up", "load average before": "0.00"}, variants, 200.0, REQUEST_US, growth=growth
    )
    return replace(whole, **members)  # type: ignore[arg-type]


def test_a_ratio_compares_rounds_that_ran_beside_each_other() -> None:
    """A machine that slows down between rounds changes both sides of a ratio, and so not the ratio."""
    found = ratios([seen("do-nothing", 1000, 500, 800), seen("service", 400, 200, 400)])
    assert found == {
        "service": {"requests": Ratio(0.4, 0.4, 0.5), "processor": pytest.approx(Ratio(0.4, 0.4, 0.5))}
    }


def test_there_is_no_ratio_without_the_do_nothing_service() -> None:
    """What did not run beside it is not compared with it."""
    assert ratios([seen("service", 400)]) == {}


def test_what_authentication_adds_leaves_out_one_bare_verification() -> None:
    """900 of a request with a token, less 250 without one, less 400 for the signature."""
    assert above_bare(REQUEST_US, "es384") == 250


def test_what_authentication_adds_is_unknown_without_the_other_figures() -> None:
    """A run that left one of the three out says nothing."""
    assert above_bare({"es384": 900.0, "service": 250.0}, "es384") is None


def test_a_run_above_all_floors_meets_them() -> None:
    """Every promise of the run is judged, and each is met."""
    assert [one.is_met for one in floors(run_of())] == [True] * 7


@pytest.mark.parametrize(
    ("about", "run"),
    [
        ("The service, ratio", run_of(service=399.0)),
        ("ES384", run_of(request_us=REQUEST_US | {"es384": 951.0})),
        ("First answer", run_of(side_by_side=(seen("service", 1, start=3.1),))),
        ("Memory", run_of(side_by_side=(seen("service", 1, worker=161.0),))),
        ("A request of 5 MiB", run_of(large_ms=500.0)),
        (
            "One more Observation",
            run_of(growth=(Growth(300, 1, 20.0, 3.0), Growth(10_000, 1, 1200.0, 120.0))),
        ),
    ],
)
def test_a_run_below_a_floor_says_which(about: str, run: Run) -> None:
    """The one figure that is too bad is the one that is called not met."""
    missed = [one.about for one in floors(run) if not one.is_met]
    assert [each[: len(about)] for each in missed] == [about]


def test_a_parser_that_does_not_slow_down_lets_nothing_more_pass() -> None:
    """Where memory costs the same at every size, the line itself may take a quarter more and not half."""
    told = [
        floors(Run(growth=(Growth(300, 1, 20.0, 3.0), Growth(10_000, 1, each * 10, 90.0))))[0].is_met
        for each in (83.0, 84.0)
    ]
    assert told == [True, False]


def test_a_ratio_is_met_only_when_both_ways_to_count_it_say_so() -> None:
    """Answers a second flatter when the program that drives the load is short of time."""
    rounds = (Round(500, 1, 2, 4000.0, 1.0, 0),)
    flattered = Seen("service", "The service", 2, 100, 140, rounds)
    (ratio, *_) = floors(Run(side_by_side=(seen("do-nothing", 1000), flattered)))
    assert (ratio.is_met, ratio.seen) == (False, "0.500 by requests a second, 0.250 by processor time")


def test_a_ratio_that_fell_by_more_than_15_percent_is_told() -> None:
    """One sentence says what fell, to what, from what."""
    assert lost(run_of(service=420.0), run_of(service=500.0)) == [
        "service: the ratio to the do-nothing service by answers a second is 0.420, "
        "16 percent below the kept 0.500.",
        "service: the ratio to the do-nothing service by processor time is 0.420, "
        "16 percent below the kept 0.500.",
    ]


def test_a_ratio_that_fell_by_less_is_not_told() -> None:
    """Two runs of the same program differ a little."""
    assert lost(run_of(service=430.0), run_of(service=500.0)) == []


def test_a_kept_run_reads_back_as_it_was(tmp_path: Path) -> None:
    """The file holds every figure, so that the next run can be compared with it."""
    keep(run_of(), tmp_path)
    assert kept(tmp_path) == run_of()


def test_without_a_kept_run_a_comparison_says_how_to_make_one(tmp_path: Path) -> None:
    """A first run has nothing to be compared with."""
    with pytest.raises(SystemExit, match="make bench-save"):
        kept(tmp_path)


def test_the_page_of_a_run_has_its_tables_and_pictures() -> None:
    """Each table that the terminal shows is a table of the page."""
    page = as_page(run_of())
    assert [table.title in page for table in tables(run_of())] == [True] * 5
    assert "side-by-side.svg" in page


@pytest.mark.parametrize(("load", "is_said"), [("0.50", False), ("0.51", True)])
def test_the_page_of_a_run_on_a_busy_machine_says_so(load: str, is_said: bool) -> None:
    """Nobody takes figures that other programs disturbed for the service's own."""
    page = as_page(run_of(machine={"load average before": load}))
    assert ("Other programs used the processors" in page) == is_said


def test_a_table_on_the_terminal_says_which_floor_is_not_met() -> None:
    """The verdict stands there in words."""
    drawn = "\n".join(map(on_terminal, tables(run_of(large_ms=900.0))))
    assert [line.strip("│ ").split()[-1] for line in drawn.splitlines() if "5 MiB" in line] == ["MET"]
    assert drawn.count("NOT MET") == 1


def test_the_pictures_are_svg_with_one_bar_a_variant() -> None:
    """Five variants, drawn by answers a second and by processor time; a point for each size of report."""
    name = "{http://www.w3.org/2000/svg}"
    bars = ElementTree.fromstring(side_by_side_picture(run_of()))  # noqa: S314 - made here
    points = ElementTree.fromstring(growth_picture(run_of().growth))  # noqa: S314 - made here
    assert len(bars.findall(f"{name}rect")) == 10
    assert len(points.findall(f"{name}circle")) == 3


def asked(monkeypatch: pytest.MonkeyPatch, found: Run, before: Run, *options: str) -> tuple[int, str]:
    """What the command returns and prints when a run would find this."""
    monkeypatch.setattr(measure, "measure", lambda *_: found)
    monkeypatch.setattr("benchmarks.results.kept", lambda: before)
    result = CliRunner().invoke(main, options)
    return result.exit_code, result.output


def test_the_check_fails_when_a_ratio_fell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its exit status is 1, so that make stops."""
    status, said = asked(monkeypatch, run_of(service=300.0), run_of(service=500.0), "--check")
    assert (status, "40 percent below the kept 0.500" in said) == (1, True)


def test_the_check_passes_when_no_ratio_fell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run like the kept one is fine."""
    assert asked(monkeypatch, run_of(), run_of(), "--check")[0] == 0


def test_a_run_with_a_failed_request_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal is faster than an answer: with one of them the figures are no good."""
    failed = run_of(side_by_side=(seen("do-nothing", 1000), seen("service", 500, failed=3)))
    status, said = asked(monkeypatch, failed, run_of())
    assert (status, "3 requests failed" in said) == (1, True)


def test_help_measures_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """--help explains every name and returns 0 without a run."""

    def measured(*_: object) -> Run:
        raise AssertionError("measured")

    monkeypatch.setattr(measure, "measure", measured)
    result = CliRunner().invoke(main, ["--help"])
    assert (result.exit_code, "healthchain" in result.output) == (0, True)


@pytest.mark.parametrize(
    "options", [("--quick", "--only", "service"), ("--quick", "--save"), ("--only", "steps", "--save")]
)
def test_options_that_contradict_each_other_are_refused(options: tuple[str, ...]) -> None:
    """Only a whole run is kept, and --quick has no server."""
    assert CliRunner().invoke(main, list(options)).exit_code == 2
