"""Four FHIR servers at once: one is well, one slow, one hangs up, one talks nonsense."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from itertools import islice
from pathlib import Path

import pytest

from tests.cds_service.fhir.stub_fhir import StubFhir, bare_request
from tests.cds_service.golden import prefetched_request
from tests.load.calls import JSON, alternating, good, post
from tests.load.conftest import Say
from tests.load.driving import Call, InBackground, between, percentile, seconds_of, statuses
from tests.serving import serving
from tests.stub_server import StubServer, answering

pytestmark = pytest.mark.deep

Handler = BaseHTTPRequestHandler
# Seconds: the fault begins, it ends, all must be well, the end. A server that failed is left alone for 30.
FAULT, HEALED, WELL, END = 5.0, 12.0, 46.0, 52.0
EACH_RATE = 3.0
INCOMPLETE = b"R-DQ-14"


def slow(_: Handler) -> bool:
    """Answer long after anybody waits."""
    threading.Event().wait(3)
    return False


def hang_up(handler: Handler) -> bool:
    """End the connection without an answer."""
    handler.close_connection = True
    return True


def nonsense(handler: Handler) -> bool:
    """Answer with something that is no FHIR."""
    answering(b"<html>\xff{not FHIR</html>", 200, "application/fhir+json")(handler)
    return True


FAULTS: dict[str, Callable[[Handler], bool]] = {
    "well": lambda _: False,
    "slow": slow,
    "dead": hang_up,
    "nonsense": nonsense,
}


def calls_to(name: str, fhir: StubFhir) -> list[list[Call]]:
    """Calls that leave everything to a server, and calls that bring their report and leave it the rest."""
    return [
        [post(f"{name}, bare", bare_request(fhir), JSON)],
        [post(f"{name}, report", bare_request(fhir, "report", "observations"), JSON)],
    ]


def test_slow_and_broken_fhir_servers(tmp_path: Path, say: Say) -> None:
    """Who needs nothing of them is served as ever. Who brought the report gets cards that say what is
    missing; who brought nothing is told 412. All are served in full when the servers are well again."""
    with ExitStack() as stack:
        servers = {name: StubFhir(stack.enter_context(StubServer()), prefetched_request()) for name in FAULTS}
        bases = " ".join(fhir.base for fhir in servers.values())
        service = stack.enter_context(serving(tmp_path, development_fhir_servers=bases))
        kinds = [each for name, fhir in servers.items() for each in calls_to(name, fhir)]
        everything = alternating(*kinds, list(islice(good(), 50)))
        load = InBackground([service.port], everything, EACH_RATE * (len(kinds) + 1), END)
        load.until(FAULT)
        for name, fhir in servers.items():
            fhir.changed = FAULTS[name]
        load.until(HEALED)
        for fhir in servers.values():
            fhir.changed = FAULTS["well"]
        outcomes = load.end()
        failures = service.lines("failure")
        counted = {
            outcome: service.counted(f'fhir_reads_total{{outcome="{outcome}"')
            for outcome in ("timeout", "unreachable", "not-fhir")
        }
        noted = [line for line in service.lines("request") if "fhir_failed" in line]
    for name in ("good", *(f"{name}, {what}" for name in FAULTS for what in ("bare", "report"))):
        mine = [each for each in outcomes if each.call.kind == name]
        during, after = between(mine, FAULT + 1, HEALED), between(mine, WELL, END)
        say(f"{name}, during", during)
        is_well = name.startswith(("good", "well"))
        assert set(statuses(during)) == {412 if name.endswith("bare") and not is_well else 200}
        if not name.startswith("good"):
            incomplete = [each for each in during if each.status == 200 and INCOMPLETE in each.body]
            assert len(incomplete) == (0 if is_well or name.endswith("bare") else len(during))
        assert set(statuses(after)) == {200}
        assert not [each for each in after if INCOMPLETE in each.body]
    assert failures == []
    assert all(counted.values())
    assert noted
    # The budget is 0.4 s; nobody waited for long, and those in need of nothing did not wait at all.
    waited = [each.seconds for each in between(outcomes, FAULT, HEALED)]
    assert percentile(waited, 99) < 2
    quick = [each for each in between(outcomes, FAULT, HEALED) if each.call.kind == "good"]
    assert percentile(seconds_of(quick), 50) < 0.2
