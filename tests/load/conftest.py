"""What the load tests have to say goes to the terminal, also when they pass."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from tests.load.driving import Outcome, percentile, seconds_of, statuses

Say = Callable[..., None]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Print how a drive went: statuses, percentiles of good answers, and whatever else is given."""

    def line(name: str, outcomes: list[Outcome], **more: object) -> None:
        taken = seconds_of(outcomes)
        words = [f"{name}: {dict(statuses(outcomes))}"]
        words += [f"p50 {percentile(taken, 50) * 1e3:.1f} ms", f"p99 {percentile(taken, 99) * 1e3:.1f} ms"]
        words += [f"{what} {value}" for what, value in more.items()]
        words += sorted({f"failed: {each.head.decode()}" for each in outcomes if not each.status})
        words += sorted({f"refused: {each.body.decode()}" for each in outcomes if each.status >= 500})
        with capsys.disabled():
            sys.stdout.write(f"\n  {', '.join(words)}\n")

    return line
