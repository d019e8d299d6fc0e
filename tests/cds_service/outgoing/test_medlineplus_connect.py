"""MedlinePlus Connect in the background: asked rarely, kept for a day, and never waited for."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import orjson
import pytest
import responses

from cds_service.outgoing import Outgoing, register
from cds_service.outgoing import medlineplus_connect as module
from cds_service.outgoing.medlineplus import SERVICE, questions
from cds_service.outgoing.medlineplus_connect import MedlinePlusConnect
from cds_service.outgoing.medlineplus_store import only_one, read_store, write_store
from tests.cds_service.outgoing.test_medlineplus import answer, entry
from tests.stub_server import StubServer, answering

HOUR = 3600.0
GOOD = answer([entry()])


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.time = 1_777_896_000.0

    def __call__(self) -> float:
        return self.time


class Asking:
    """The client under test, its clock and what it said of failures."""

    def __init__(self, folder: Path, server: StubServer | None = None) -> None:
        self.clock = Clock()
        self.notes: list[str] = []
        self.file = folder / "connect.json"
        self.service = SERVICE if server is None else register(f"{server.url}/service", allow_http=True)
        self.connect = self.worker()

    def worker(self) -> MedlinePlusConnect:
        """A worker of its own on the same file."""
        return MedlinePlusConnect(
            Outgoing(), self.file, self.clock, lambda *told: self.notes.append(told[2]), self.service
        )

    def titles(self) -> list[str]:
        """The titles of the pages there are."""
        return [page.title for page in self.connect.pages()]


@pytest.fixture
def asking(tmp_path: Path, server: StubServer) -> Asking:
    """A client whose service is the stub."""
    server.answer = answering(GOOD)
    return Asking(tmp_path, server)


@responses.activate
def test_the_real_address_is_asked_once_for_each_code_and_language(tmp_path: Path) -> None:
    """Four questions go to the published address, and their pages are there afterwards."""
    sent = responses.get("https://connect.medlineplus.gov/service", body=GOOD)
    asking = Asking(tmp_path)
    assert asking.titles() == []
    assert set(asking.connect.refresh().values()) == {"answered"}
    assert sent.call_count == 4
    assert asking.titles() == ["Specks"]


def test_nothing_of_the_caller_goes_out(asking: Asking, server: StubServer) -> None:
    """A request has no cookie, referrer or token, and names this program and nothing else."""
    asking.connect.refresh()
    for asked in server.asked:
        assert asked.path.startswith("/service?mainSearchCriteria.v.cs=")
        assert asked.headers.keys() == {"host", "user-agent", "accept", "accept-encoding"}
        assert asked.body == b""


def test_an_answer_is_kept_for_a_day(asking: Asking, server: StubServer) -> None:
    """Within 24 hours nobody asks again, neither another worker nor a process started later."""
    asking.connect.refresh()
    asking.clock.time += 23.9 * HOUR
    assert asking.connect.refresh() == {}
    assert asking.worker().refresh(by_hand=True) == {}
    assert [page.title for page in asking.worker().pages()] == ["Specks"]
    asking.clock.time += 0.2 * HOUR
    asking.connect.refresh()
    assert len(server.asked) == 8


def test_a_worker_takes_over_what_another_asked(asking: Asking) -> None:
    """The pages that one worker fetched are with the others at their next look."""
    other = asking.worker()
    asking.connect.refresh()
    assert other.pages() == ()
    other.keep()
    assert [page.title for page in other.pages()] == ["Specks"]


def test_one_process_asks_at_a_time(asking: Asking, server: StubServer) -> None:
    """While another process asks, nobody else does."""
    with only_one(asking.file) as may_ask:
        assert may_ask
        assert asking.connect.refresh() == {}
    assert server.asked == []


def bad_answers() -> dict[str, tuple[Callable[[BaseHTTPRequestHandler], None], str, int]]:
    """Rude answers: what the server does, the reason that is noted, and how often each question is asked."""

    def hang_up(_: BaseHTTPRequestHandler) -> None:
        raise ConnectionAbortedError

    def huge(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b" " * 65536)

    return {
        "huge": (huge, "too-large", 1),
        "huge and says so": (answering(b" " * (512 * 1024 + 1)), "too-large", 1),
        "hangs up": (hang_up, "unreachable", 2),
        "redirects": (answering(status=302, Location="https://example.org/"), "redirect", 1),
        "is broken": (answering(status=503), "status", 2),
        "wants fewer calls": (answering(status=429), "status", 1),
        "packs": (answering(gzip.compress(GOOD), Content_Encoding="gzip"), "encoding", 1),
        "answers in HTML": (
            answering(b"<html>busy</html>", content_type="text/html"),
            "no-answer-of-its-form",
            1,
        ),
    }


@pytest.mark.parametrize("name", bad_answers())
def test_a_bad_answer_leaves_the_last_good_one(
    name: str, asking: Asking, server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the server does, yesterday's pages stay, the reason is noted, and nothing is followed."""
    monkeypatch.setattr(module, "questions", lambda: questions()[:1])
    asking.connect.refresh()
    server.answer, reason, times = bad_answers()[name]
    asking.clock.time += 25 * HOUR
    assert list(asking.connect.refresh().values()) == [reason]
    assert asking.notes == [reason]
    assert len(server.asked) == 1 + times
    assert asking.titles() == ["Specks"]


@pytest.mark.parametrize("how", ["silent", "dripping"])
def test_a_slow_server_costs_its_time_limit_and_no_more(
    how: str, asking: Asking, server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that does not answer, or one byte at a time, is given up at the limit, twice."""
    assert module.ANSWER_SECONDS == 3.0
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(module, "questions", lambda: questions()[:1])

    def slow(handler: BaseHTTPRequestHandler) -> None:
        if how == "dripping":
            handler.send_response(200)
            handler.end_headers()
        while not server.stopping.wait(0.05):
            if how == "dripping":
                handler.wfile.write(b" ")
                handler.wfile.flush()

    server.answer = slow
    assert list(asking.connect.refresh().values()) == ["timeout"]
    assert len(server.asked) == 2


def test_a_dead_server_is_left_alone(tmp_path: Path) -> None:
    """After five failures in a row nothing is sent, and after a failure nobody tries for ten minutes but
    by hand."""
    with StubServer() as gone:
        pass
    asking = Asking(tmp_path, gone)
    assert list(asking.connect.refresh().values()) == [
        *("unreachable", "unreachable"),
        *("breaker-open", "breaker-open"),
    ]
    asking.clock.time += 599
    assert asking.connect.refresh() == {}
    assert set(asking.connect.refresh(by_hand=True).values()) == {"breaker-open"}
    asking.clock.time += 600
    assert len(asking.connect.refresh()) == 4


def test_no_more_than_sixty_requests_a_minute_leave(asking: Asking, server: StubServer) -> None:
    """The count stands in the shared file: whoever asks when sixty are sent does not ask."""
    store = read_store(asking.file)
    store.sent_at = [asking.clock.time - 30] * 58
    write_store(asking.file, store)
    told = list(asking.connect.refresh().values())
    assert told == ["answered", "answered", "rate", "rate"]
    assert len(server.asked) == 2
    asking.clock.time += 61
    assert list(asking.connect.refresh(by_hand=True).values()) == ["answered", "answered"]


def test_an_empty_answer_takes_the_place_of_the_last(asking: Asking, server: StubServer) -> None:
    """When the service names no page any more, none is linked any more."""
    asking.connect.refresh()
    server.answer = answering(answer(None))
    asking.clock.time += 25 * HOUR
    asking.connect.refresh()
    assert asking.titles() == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"sent_at": [], "answers": [{}]}'])
def test_a_damaged_file_counts_as_empty(content: bytes, asking: Asking) -> None:
    """A file that cannot be read stops nothing, and is replaced by the next answers."""
    asking.file.write_bytes(content)
    fresh = asking.worker()
    assert fresh.pages() == ()
    fresh.refresh()
    assert len(fresh.pages()) == 1


def test_a_changed_file_links_no_foreign_page(asking: Asking) -> None:
    """An address that somebody wrote into the file is looked at like one that came."""
    asking.connect.refresh()
    content = asking.file.read_bytes().replace(b"https://medlineplus.gov/", b"https://example.org/")
    asking.file.write_bytes(content)
    assert asking.worker().pages() == ()


def test_a_time_still_to_come_is_not_believed(asking: Asking, server: StubServer) -> None:
    """After a clock that ran ahead was set right, the questions are asked again."""
    asking.connect.refresh()
    asking.clock.time -= 100 * HOUR
    asking.connect.refresh()
    assert len(server.asked) == 8


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, server: StubServer) -> None:
    """Without a place to keep answers nothing is asked, and the reason is noted."""
    asking = Asking(tmp_path / "nowhere", server)
    assert asking.connect.refresh() == {}
    assert asking.notes == ["file"]
    assert server.asked == []


def test_the_keeper_waits_for_nobody(asking: Asking, server: StubServer) -> None:
    """The keeper starts the questions and goes on at once; while they run nobody starts them again."""
    free, seen = threading.Event(), threading.Event()

    def held(handler: BaseHTTPRequestHandler) -> None:
        seen.set()
        free.wait(2)
        answering(GOOD)(handler)

    server.answer = held
    asking.connect.keep()
    assert seen.wait(5)
    asking.clock.time += 61
    asking.connect.keep()
    assert asking.connect.pages() == ()
    assert asking.connect.refresh() == {}
    free.set()
    deadline = time.monotonic() + 10
    while not asking.connect.pages() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert asking.titles() == ["Specks"]
    assert len({asked.path for asked in server.asked}) == len(server.asked)


def test_the_file_holds_codes_titles_and_addresses(asking: Asking) -> None:
    """What is kept on disk is what was asked and titles, addresses and times, nothing else."""
    asking.connect.refresh()
    content = orjson.loads(asking.file.read_bytes())
    assert content.keys() == {"sent_at", "answers"}
    [first, *_] = content["answers"]
    assert first.keys() == {"system", "code", "language", "answered_at", "tried_at", "pages"}
    assert first["pages"][0].keys() == {"title", "url", "language"}
