"""The port of its own: who serves it, what it answers, and that it never stops anything else."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cds_service.observe.metrics_page import Counts
from cds_service.observe.metrics_server import Keeper
from cds_service.observe.metrics_shared import Shared
from tests.cds_service.observe.exposed import OPENMETRICS, series
from tests.cds_service.observe.test_metrics_shared import Told
from tests.postgresql import free_port

Open = Callable[..., tuple[Keeper, int, Told]]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Make a keeper as one worker has it, on a port of loopback; all are closed at the end."""
    keepers = []

    def make(
        port: int = 0, *, shared: bool = True, look: Callable[[], None] = lambda: None
    ) -> tuple[Keeper, int, Told]:
        log, port = Told(), port or free_port()
        counts = Counts(look, Shared(tmp_path) if shared else None, log)
        keepers.append(Keeper(counts, ("127.0.0.1", port), log))
        return keepers[-1], port, log

    yield make
    for keeper in keepers:
        keeper.close()


def ask(port: int, path: str = "/metrics", method: str = "GET", **headers: str) -> tuple[int, str, bytes]:
    """Ask the port; status, content type and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()
    finally:
        connection.close()


def test_a_monitor_reads_plain_text_and_openmetrics(opened: Open) -> None:
    """Both forms parse, hold the same series, and say which one they are."""
    keeper, port, _ = opened()
    keeper.keep()
    status, kind, plain = ask(port)
    assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    status, kind, other = ask(port, Accept=f"{OPENMETRICS};q=0.6,text/plain;q=0.5")
    assert (status, kind) == (200, OPENMETRICS)
    assert series(other.decode(), is_openmetrics=True).keys() == series(plain.decode()).keys()
    assert len(series(plain.decode())) > 100


@pytest.mark.parametrize(("path", "method"), [("/", "GET"), ("/cds-services", "GET"), ("/metrics", "POST")])
def test_nothing_else_is_there(opened: Open, path: str, method: str) -> None:
    """The port shows one page: no service, no other address, no other method."""
    keeper, port, _ = opened()
    keeper.keep()
    assert ask(port, path, method)[0] == 404


@pytest.mark.parametrize("accept", ["application/openmetrics-text; version=Jane", "é", ";;,,", "x" * 5000])
def test_a_strange_accept_header_gets_the_page(
    opened: Open, accept: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing of the header is in the answer or on any output."""
    keeper, port, _ = opened()
    keeper.keep()
    status, kind, _ = ask(port, Accept=accept)
    assert status == 200
    assert kind in (OPENMETRICS, "text/plain; version=0.0.4; charset=utf-8")
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_connection_that_breaks_says_nothing(opened: Open, capfd: pytest.CaptureFixture[str]) -> None:
    """Garbage in place of HTTP leaves no line on any output, and the next one is answered."""
    keeper, port, _ = opened()
    keeper.keep()
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"Jane Doe\r\n\r\n")
        connection.recv(1000)
    assert ask(port)[0] == 200
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_one_worker_serves_and_another_takes_over(opened: Open) -> None:
    """Of two workers one serves the port; when it ends the other one does at its next look."""
    first, port, _ = opened()
    second, _, log = opened(port)
    first.keep()
    second.keep()
    assert ask(port)[0] == 200
    first.close()
    with pytest.raises(ConnectionRefusedError):
        ask(port)
    second.keep()
    assert ask(port)[0] == 200
    assert log.lines == []


def test_a_port_that_is_taken_is_said_once_and_stops_nothing(opened: Open) -> None:
    """Somebody else listens there: the log has one line, and counting goes on."""
    looks: list[int] = []
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        keeper, _, log = opened(other.getsockname()[1], look=lambda: looks.append(1))
        for _ in range(3):
            keeper.keep()
    assert (len(looks), log.lines) == (3, [("metrics", {"reason": "port"})])


def test_a_look_that_fails_ends_nothing(opened: Open) -> None:
    """An error in what is looked at is in the log once, without its message, and the keeper goes on."""

    def fail() -> None:
        raise ValueError("Jane Doe")

    keeper, _, log = opened(look=fail)
    keeper.keep()
    keeper.keep()
    assert [event for event, _ in log.lines] == ["failure"]
    assert "Jane" not in str(log.lines)


def test_a_folder_that_is_gone_ends_nothing(opened: Open, tmp_path: Path) -> None:
    """Without its folder a worker says so once, serves nothing new, and leaves its last counts in silence."""
    keeper, port, log = opened()
    tmp_path.rmdir()
    for _ in range(2):
        keeper.keep()
    keeper.leave_last()
    assert log.lines == [("metrics", {"reason": "folder"})]
    tmp_path.mkdir()
    keeper.keep()
    assert ask(port)[0] == 200


def test_a_single_process_needs_no_folder(opened: Open) -> None:
    """Without a folder a process serves what it has counted itself."""
    keeper, port, _ = opened(shared=False)
    keeper.keep()
    assert ask(port)[0] == 200
