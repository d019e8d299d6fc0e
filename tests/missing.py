"""What a machine cannot provide: skipped with one reason per group, and a failure under CI.

A test says what it needs beside Python with ``@pytest.mark.needs("chromium")``, and with ``needs("root")``
that only root may do it. Where that is missing the test is skipped, and the end of the run prints each
reason once with the number of tests.
With ``CI=true`` in the environment a skip of any kind is a failure: there everything must run.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

# Debian keeps the programs of PostgreSQL off the path, one folder a version; `make deep` puts promtool here.
PROMTOOL = Path(__file__).resolve().parents[1] / ".make" / "promtool" / "usr" / "bin"
os.environ["PATH"] = os.pathsep.join(
    [
        os.environ.get("PATH", ""),
        *(str(each) for each in Path("/usr/lib/postgresql").glob("*/bin")),
        str(PROMTOOL),
    ]
)


def in_ci() -> bool:
    """Tell whether a skip counts as a failure."""
    return os.environ.get("CI", "").lower() == "true"


def missing_programs(programs: Iterable[str]) -> list[str]:
    """Name the programs that are not on the path, in the order given; ``root`` is the user of that name."""
    return [
        program
        for program in programs
        if (os.geteuid() != 0 if program == "root" else shutil.which(program) is None)
    ]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip each test whose programs are not all there."""
    for item in items:
        needed = [program for marker in item.iter_markers("needs") for program in marker.args]
        missing = missing_programs(needed)
        if missing:
            item.add_marker(pytest.mark.skip(reason=f"missing here: {', '.join(missing)}"))


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The words a skip was explained with."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure where everything must run; an expected failure stays as it is."""
    if in_ci() and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and with CI=true a skip is a failure: {reason_of(report)}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look at the outcome of each test."""
    report = yield
    fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look at files that skip themselves while they are collected."""
    report = yield
    fail_if_skipped(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print each reason once, with the number of tests it kept from running."""
    reasons = Counter(reason_of(report) for report in terminalreporter.stats.get("skipped", []))
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped {count}: {reason}")
