"""A slow, dead or lying FHIR server costs the budget at most, and the answer says what could not be read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from cds_service.errors import DataMissing
from cds_service.outgoing.breaker import FAILURES, OPEN_SECONDS
from tests.cds_service.fhir.stub_fhir import Gathering, StubFhir, bare_request, fhir, ids
from tests.cds_service.golden import EMPTY_SEARCH, OPERATION_OUTCOME
from tests.stub_server import answering

Handler = BaseHTTPRequestHandler
OTHER = {
    "resourceType": "Procedure",
    "id": "x",
    "status": "completed",
    "subject": {"reference": "Patient/other"},
}
# Seconds: the budget when a server stalls, and when it answers at once; how long it stalls, and the longest
# that a busy machine may need for the first budget.
BUDGET, PLENTY, STALLED, LONGEST = 1.5, 10.0, 60.0, 20.0
STOPPED = threading.Event()


def search_of(*resources: Any) -> dict[str, Any]:
    """A searchset."""
    return EMPTY_SEARCH | {"entry": [{"resource": each} for each in resources]}


def stall(handler: Handler) -> None:
    """Say nothing for longer than any budget of these tests."""
    STOPPED.wait(STALLED)


def drip(handler: Handler) -> None:
    """Send a body that never ends, a byte at a time."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/fhir+json")
    handler.end_headers()
    while not STOPPED.wait(0.01):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def close(handler: Handler) -> None:
    """Hang up without an answer."""
    handler.close_connection = True


@pytest.fixture(autouse=True)
def let_go() -> Iterator[None]:
    """Let stalled answers of a test end with it."""
    STOPPED.clear()
    yield
    STOPPED.set()


LIES: dict[str, tuple[Callable[[Handler], None], str]] = {
    "stalls": (stall, "did not answer in time"),
    "drips": (drip, "did not answer in time"),
    "hangs up": (close, "could not be reached"),
    "500": (fhir(OPERATION_OUTCOME, 500), "answered with an error"),
    "429": (fhir(OPERATION_OUTCOME, 429), "answered with an error"),
    "401": (fhir(OPERATION_OUTCOME, 401), "does not permit it"),
    "403": (fhir(OPERATION_OUTCOME, 403), "does not permit it"),
    "404": (fhir(OPERATION_OUTCOME, 404), "does not have it"),
    "an outcome with 200": (fhir(OPERATION_OUTCOME), "answered with an error"),
    "a redirect": (answering(b"", 302, Location="http://127.0.0.1:1/fhir/Procedure"), "not accepted"),
    "HTML": (answering(b"<html></html>", 200, "text/html"), "FHIR JSON"),
    "HTML that says it is FHIR": (answering(b"<html></html>", 200, "application/fhir+json"), "FHIR JSON"),
    "a list": (fhir([]), "FHIR JSON"),
    "an object of no type": (fhir({"id": "x"}), "FHIR JSON"),
    "an entry that is no list": (fhir(EMPTY_SEARCH | {"entry": {}}), "FHIR JSON"),
    "too deep": (answering(b'{"a":' * 100 + b"1" + b"}" * 100, 200, "application/fhir+json"), "FHIR JSON"),
    "huge": (fhir(EMPTY_SEARCH | {"x": "x" * 1_000_000}), "too much data"),
    "another type": (fhir(search_of({"resourceType": "Immunization", "id": "i"})), "something else"),
    "no Bundle": (fhir({"resourceType": "Procedure", "id": "x"}), "something else"),
    "another patient": (fhir(search_of(OTHER)), "another patient"),
}


def budget_for(name: str) -> float:
    """Wait for a stalled server no longer than needed, and for one that answers as long as it takes."""
    return BUDGET if LIES[name][0] in (stall, drip) else PLENTY


def lying(kind: str, lie: Callable[[Handler], None]) -> Callable[[Handler], bool]:
    """Let the server lie about one type and say the truth about the rest."""

    def answer(handler: Handler) -> bool:
        if handler.path.startswith(f"/fhir/{kind}"):
            lie(handler)
            return True
        return False

    return answer


@pytest.mark.parametrize("name", LIES)
def test_what_could_not_be_read_is_said(server: StubFhir, name: str) -> None:
    """R-DQ-14: one key fails, the others are used, and the failed one is neither there nor whole."""
    lie, words = LIES[name]
    server.changed = lying("Procedure", lie)
    began = time.perf_counter()
    filled = Gathering(server.base, seconds=budget_for(name)).gather(bare_request(server))
    assert time.perf_counter() - began < LONGEST
    [problem] = filled.missing
    assert (problem.location, problem.code) == ("prefetch.procedures", "not-read-procedures")
    assert words in problem.text
    assert not {"Procedure/x", "Immunization/i"} & ids(filled)
    assert filled.received == {"report", "patient", "observations", "reports", "orders", "conditions"}


@pytest.mark.requirement("CH-076")
@pytest.mark.parametrize("name", LIES)
def test_without_the_report_there_is_no_answer(server: StubFhir, name: str) -> None:
    """CH-076: whatever the server does about the report, the answer is 412 in time, with the reason."""
    lie, words = LIES[name]
    server.changed = lying("DiagnosticReport", lie)
    began = time.perf_counter()
    with pytest.raises(DataMissing) as refused:
        Gathering(server.base, seconds=budget_for(name)).gather(bare_request(server))
    assert time.perf_counter() - began < LONGEST
    assert refused.value.expression == "prefetch.report"
    if name not in ("another patient", "no Bundle"):
        assert words in refused.value.diagnostics or "something else" in refused.value.diagnostics


def test_a_dead_server_costs_no_more_than_the_budget(server: StubFhir) -> None:
    """Everything that is left to a server which accepts and never answers is missing, and said by key."""
    server.changed = lying("", stall)
    began = time.perf_counter()
    filled = Gathering(server.base, seconds=BUDGET).gather(bare_request(server, "report"))
    assert time.perf_counter() - began < LONGEST
    assert {each.location for each in filled.missing} == {
        f"prefetch.{key}"
        for key in ("patient", "observations", "reports", "orders", "conditions", "procedures")
    }


def test_a_server_that_keeps_failing_is_left_alone(server: StubFhir) -> None:
    """The breaker of an origin opens after several calls in which nothing was answered; then nobody waits."""
    server.changed = lying("", close)
    gathering = Gathering(server.base)
    for _ in range(FAILURES):
        gathering.gather(bare_request(server, "report"))
    asked = len(server.asked())
    filled = gathering.gather(bare_request(server, "report"))
    assert len(server.asked()) == asked
    assert {each.text.partition(":")[0] for each in filled.missing} == {
        "The FHIR server has not answered lately and was not asked"
    }


def test_a_server_that_is_well_again_is_read_again(server: StubFhir) -> None:
    """After the pause one call tries; when the server answers it, everything is read as ever."""
    server.changed = lying("", close)
    gathering = Gathering(server.base)
    for _ in range(FAILURES):
        gathering.gather(bare_request(server, "report"))
    server.changed = lambda _: False
    [breaker] = gathering.reader.outgoing.breakers().values()
    breaker.clock = lambda: time.monotonic() + OPEN_SECONDS
    for _ in range(2):
        assert gathering.gather(bare_request(server, "report")).missing == ()


def test_pages_are_followed(server: StubFhir) -> None:
    """Links to next pages are followed to the end, and then the search is whole."""
    server.page_size = 2
    filled = Gathering(server.base).gather(bare_request(server))
    server.page_size = 1000
    assert ids(filled) == ids(Gathering(server.base).gather(bare_request(server)))
    assert ("observations" in filled.received, filled.missing) == (True, ())


@pytest.mark.requirement("CH-075")
def test_pages_of_the_prefetch_are_followed(server: StubFhir) -> None:
    """CH-075: the next page of a prefetched search is read with the token of the call."""
    request = bare_request(server, "report", "patient", "reports", "orders", "conditions", "procedures")
    observations = server.resources["Observation"]
    link = {"relation": "next", "url": f"{server.base}/Observation?start=1"}
    request["prefetch"]["observations"] = search_of(observations[0]) | {"link": [link]}
    request["prefetch"]["observations"]["total"] = len(observations)
    filled = Gathering(server.base).gather(request)
    assert {f"Observation/{each['id']}" for each in observations} <= ids(filled)
    assert ("observations" in filled.received, filled.missing) == (True, ())
    assert server.asked() == ["Observation?start=1"]


def test_a_server_that_pages_without_links_is_not_taken_for_whole(server: StubFhir) -> None:
    """A total above what came, and no link: R-DQ-14. What is in reach by id is read all the same."""
    server.page_size, server.with_links = 1, False
    filled = Gathering(server.base).gather(bare_request(server))
    assert ("prefetch.observations", "unread-page") in [(each.location, each.code) for each in filled.missing]
    assert "observations" not in filled.received
    assert {f"Observation/mg-003-o{number}" for number in (1, 2, 3, 4)} <= ids(filled)


@pytest.mark.requirement("CH-089")
@pytest.mark.parametrize(
    "link",
    [
        "{base}/Observation?patient=pat-003&_sort=-date&_count=200",
        "https://elsewhere.example/fhir/Observation?page=2",
        "http://127.0.0.1:1/fhir/Observation?page=2",
        "{base}/../admin",
        "",
        5,
    ],
)
def test_paging_that_leads_nowhere_ends(server: StubFhir, link: object) -> None:
    """A link to itself, to another origin or to nonsense ends the search, and the token goes nowhere else."""
    url = link.format(base=server.base) if isinstance(link, str) else link
    page = search_of(*server.resources["Observation"]) | {"link": [{"relation": "next", "url": url}]}
    server.changed = lying("Observation", fhir(page))
    filled = Gathering(server.base).gather(bare_request(server))
    assert [(each.location, each.code) for each in filled.missing] == [
        ("prefetch.observations", "unread-page")
    ]
    assert len([path for path in server.asked() if path.startswith("Observation?")]) <= 2


def test_endless_pages_end(server: StubFhir) -> None:
    """A server that invents a new next page each time is stopped after some pages."""
    count = 0

    def more(handler: Handler) -> None:
        nonlocal count
        count += 1
        url = f"{server.base}/Procedure?page={count}"
        fhir(EMPTY_SEARCH | {"link": [{"relation": "next", "url": url}]})(handler)

    server.changed = lying("Procedure", more)
    filled = Gathering(server.base).gather(bare_request(server))
    assert [each.code for each in filled.missing] == ["unread-page"]
    assert count <= 20


def test_a_liar_on_a_later_page_loses_that_page_only(server: StubFhir) -> None:
    """What came on good pages is used; the page of another patient is not, and that is said."""
    link = {"relation": "next", "url": f"{server.base}/Procedure?page=2"}
    good = {"resourceType": "Procedure", "id": "good", "subject": {"reference": "Patient/pat-003"}}

    def pages(handler: Handler) -> None:
        second = "page=2" in handler.path
        fhir(search_of(OTHER) if second else search_of(good) | {"link": [link]})(handler)

    server.changed = lying("Procedure", pages)
    filled = Gathering(server.base).gather(bare_request(server))
    assert ("Procedure/good" in ids(filled), "Procedure/x" in ids(filled)) == (True, False)
    assert [each.code for each in filled.missing] == ["unread-page"]


def test_an_instance_with_another_id_is_not_used(server: StubFhir) -> None:
    """A read that gives another resource than the one asked for is no answer."""
    server.changed = lying("Patient", fhir({"resourceType": "Patient", "id": "other"}))
    filled = Gathering(server.base).gather(bare_request(server))
    assert [each.location for each in filled.missing] == ["prefetch.patient"]
    assert "Patient/other" not in ids(filled)
