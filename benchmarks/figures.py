"""What one run found, and what follows from it: ratios to the do-nothing service and the floors."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

BASE = "do-nothing"
RATIO_FLOORS = {"service": 0.40, "rs384": 0.25}
MOST_ABOVE_BARE_US = 300
MOST_START_SECONDS = 3.0
MOST_WORKER_MB = 160
MOST_LARGE_MS = 500
# How much more an Observation of the longest report may cost than one of a report of 300.
MOST_GROWTH = 1.25


@dataclass(frozen=True, slots=True)
class Round:
    """One drive of one variant over HTTP.

    Answers a second, latency in milliseconds, processor time of the server in microseconds an answer and as
    a share of its core, and requests that failed.
    """

    per_second: float
    p50: float
    p99: float
    processor_us: float
    busy: float
    failed: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one variant: megabytes of the worker and of all its processes, seconds to the first
    answer, and its rounds."""

    name: str
    title: str
    start_seconds: float
    worker_mb: float
    together_mb: float
    rounds: tuple[Round, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """A report of that many Observations: size of its request in bytes, milliseconds of the whole line and of
    the JSON parser alone."""

    observations: int
    body_bytes: int
    milliseconds: float
    parser_milliseconds: float


@dataclass(frozen=True, slots=True)
class Run:
    """Everything one run measured; what was left out is empty.

    ``request_us``: one request in this process without HTTP, by variant, and one bare verification.
    ``steps_us``: the steps of the core. ``large_ms``: the fastest request of 5 MiB over HTTP.
    """

    machine: Mapping[str, str] = field(default_factory=dict)
    side_by_side: tuple[Seen, ...] = ()
    large_ms: float | None = None
    request_us: Mapping[str, float] = field(default_factory=dict)
    steps_us: Mapping[str, float] = field(default_factory=dict)
    growth: tuple[Growth, ...] = ()
    hottest_percent: Mapping[str, float] = field(default_factory=dict)
    guidance: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio to the do-nothing service, 1 being as fast: median, lowest and highest of the rounds."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Floor:
    """One promise: what it is about, what is asked, what was seen, and whether it was met."""

    about: str
    asked: str
    seen: str
    is_met: bool


def ratio(values: Sequence[float]) -> Ratio:
    """Summarise the ratios of all rounds."""
    return Ratio(statistics.median(values), min(values), max(values))


def ratios(seen: Sequence[Seen]) -> dict[str, dict[str, Ratio]]:
    """For each variant but the do-nothing service: its ratio by requests a second and by processor time.

    Each round is compared with the round of the do-nothing service that ran beside it.
    """
    base = next((one for one in seen if one.name == BASE), None)
    if base is None:
        return {}
    return {
        one.name: {
            "requests": ratio([ours.per_second / idle.per_second for ours, idle in _pairs(one, base)]),
            "processor": ratio([idle.processor_us / ours.processor_us for ours, idle in _pairs(one, base)]),
        }
        for one in seen
        if one is not base
    }


def _pairs(one: Seen, base: Seen) -> list[tuple[Round, Round]]:
    return list(zip(one.rounds, base.rounds, strict=True))


def above_bare(request_us: Mapping[str, float], name: str) -> float | None:
    """Microseconds that authentication adds to a request beyond one bare verification of its token."""
    needed = (name, "service", f"bare {name}")
    if not all(each in request_us for each in needed):
        return None
    guarded, plain, bare = (request_us[each] for each in needed)
    return guarded - plain - bare


def floors(run: Run) -> list[Floor]:
    """Every promise that this run can tell about."""
    return [*_ratio_floors(run), *_token_floor(run), *_service_floors(run), *_growth_floor(run)]


def _ratio_floors(run: Run) -> list[Floor]:
    titles = {one.name: one.title for one in run.side_by_side}
    return [
        Floor(
            f"{titles[name]}, ratio to the do-nothing service",
            f"at least {asked:.2f}",
            f"{found['requests'].median:.3f} by requests a second, "
            f"{found['processor'].median:.3f} by processor time",
            min(one.median for one in found.values()) >= asked,
        )
        for name, asked in RATIO_FLOORS.items()
        if (found := ratios(run.side_by_side).get(name)) is not None
    ]


def _token_floor(run: Run) -> list[Floor]:
    extra = above_bare(run.request_us, "es384")
    if extra is None:
        return []
    asked = f"at most {MOST_ABOVE_BARE_US} µs above a bare verification"
    return [Floor("ES384, one request", asked, f"{extra:.0f} µs above", extra <= MOST_ABOVE_BARE_US)]


def _service_floors(run: Run) -> list[Floor]:
    found = []
    service = next((one for one in run.side_by_side if one.name == "service"), None)
    if service is not None:
        start, memory = service.start_seconds, service.worker_mb
        asked = f"within {MOST_START_SECONDS:.0f} s of the start"
        found.append(Floor("First answer", asked, f"{start:.2f} s", start <= MOST_START_SECONDS))
        told = f"{memory:.0f} MB (all its processes together {service.together_mb:.0f} MB)"
        found.append(
            Floor("Memory of a worker", f"at most {MOST_WORKER_MB} MB", told, memory <= MOST_WORKER_MB)
        )
    if run.large_ms is not None:
        asked, told = f"less than {MOST_LARGE_MS} ms", f"{run.large_ms:.0f} ms"
        found.append(Floor("A request of 5 MiB", asked, told, run.large_ms < MOST_LARGE_MS))
    return found


def _growth_floor(run: Run) -> list[Floor]:
    """A parser's work grows with the length of a text and no faster. What its time grows beyond that is what
    a memory of that size costs on this machine, for anybody."""
    rows = {row.observations: row for row in run.growth}
    if not {300, 10_000} <= rows.keys():
        return []
    small, large, more = rows[300], rows[10_000], 10_000 / 300
    factor = large.milliseconds / small.milliseconds / more
    parser = large.parser_milliseconds / small.parser_milliseconds / more
    return [
        Floor(
            "One more Observation, at 10,000 beside 300",
            f"at most {MOST_GROWTH:.2f} times what the JSON parser alone takes more",
            f"{factor:.2f} times, the parser {parser:.2f} times",
            factor <= MOST_GROWTH * max(1.0, parser),
        )
    ]
