from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from cds_service.outgoing import Outgoing, OutgoingFailed, OutgoingRefused, register
from cds_service.outgoing.breaker import FAILURES
from tests.fetching import get, here, reason_of
from tests.stub_server import StubServer, answering
from tests.tls import Authority

LOOPBACK = ["127.0.0.1"]


def test_a_registered_server_is_asked_with_the_token(server: StubServer) -> None:
    """The call arrives with its token, asks for FHIR JSON uncompressed, and carries nothing else of ours."""
    server.answer = answering(b'{"a": 1}', content_type="Application/FHIR+JSON; charset=utf-8")
    fetched = get(here(server), "Patient/1?_elements=id", token="secret")
    assert (fetched.status, fetched.media_type, fetched.body) == (200, "application/fhir+json", b'{"a": 1}')
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/fhir/Patient/1?_elements=id")
    assert asked.headers == {
        "host": f"127.0.0.1:{server.port}",
        "accept": "application/fhir+json",
        "accept-encoding": "identity",
        "authorization": "Bearer secret",
        "user-agent": "calcification-cds",
    }


def test_an_error_status_is_an_answer(server: StubServer) -> None:
    """A 404 comes back as it is: what it means is for the caller to say."""
    server.answer = answering(b"{}", 404)
    assert get(here(server)).status == 404


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300])
def test_a_redirect_is_not_followed(server: StubServer, status: int) -> None:
    """A redirect ends the call, wherever it leads; the second place is never asked."""
    with StubServer() as elsewhere:
        server.answer = answering(b"", status, Location=f"{elsewhere.url}/fhir/Patient/1")
        assert reason_of(here(server), token="secret") == "redirect"
        assert elsewhere.asked == []


@pytest.mark.parametrize("lying", [True, False])
def test_a_huge_answer_is_cut_off(server: StubServer, lying: bool) -> None:
    """Reading stops at the limit, whether or not the length is stated."""

    def huge(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        if not lying:
            handler.send_header("Content-Length", str(10_000_000))
        handler.end_headers()
        handler.close_connection = True
        for _ in range(1000):
            handler.wfile.write(b"x" * 10_000)

    server.answer = huge
    assert reason_of(here(server), max_bytes=100_000) == "too-large"


def test_a_compressed_answer_is_refused(server: StubServer) -> None:
    """What would unpack to any size is not read."""
    server.answer = answering(b"xx", Content_Encoding="gzip")
    assert reason_of(here(server)) == "encoding"


@pytest.mark.parametrize("stage", ["silent", "headers", "body"])
def test_a_slow_server_costs_the_budget_and_no_more(server: StubServer, stage: str) -> None:
    """Silence, and drops of a header or of a body, end when the time of the caller is over."""

    def slow(handler: BaseHTTPRequestHandler) -> None:
        pieces = {"silent": b"", "headers": b"HTTP/1.1 200 OK\r\nX: ", "body": b"HTTP/1.1 200 OK\r\n\r\n"}
        handler.wfile.write(pieces[stage])
        while not server.stopping.wait(0.02):
            if stage != "silent":
                handler.wfile.write(b"x")
                handler.wfile.flush()

    server.answer = slow
    began = time.monotonic()
    assert reason_of(here(server), seconds=0.25) == "timeout"
    assert 0.2 < time.monotonic() - began < 2


def test_a_name_that_is_never_resolved_costs_the_budget(server: StubServer) -> None:
    """A resolver that hangs is left behind."""

    def hang(host: str, port: int) -> list[str]:
        server.stopping.wait(1)
        return LOOPBACK

    assert reason_of(here(server), outgoing=Outgoing(resolve=hang), seconds=0.1) == "timeout"


def test_no_time_left_means_no_call(server: StubServer) -> None:
    """With the budget used up nothing is sent, and the server is not blamed for it."""
    outgoing = Outgoing()
    for _ in range(FAILURES):
        assert reason_of(here(server), outgoing=outgoing, seconds=0, with_breaker=True) == "timeout"
    assert server.asked == []
    assert get(here(server), outgoing=outgoing, with_breaker=True).status == 200


def test_a_dead_server_is_unreachable() -> None:
    """A port where nobody listens is one reason, an unknown name another."""
    with StubServer() as gone:
        destination = here(gone)
    assert reason_of(destination) == "unreachable"

    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    assert reason_of(destination, outgoing=Outgoing(resolve=unknown)) == "name-not-found"


@pytest.mark.parametrize(
    ("addresses", "reason"),
    [
        (["127.0.0.1"], "loopback"),
        (["8.8.8.8", "127.0.0.1"], "loopback"),
        (["::ffff:127.0.0.1"], "ipv4-mapped"),
        (["169.254.169.254"], "cloud-metadata"),
        (["10.0.0.5"], "private"),
        (["fe80::1%eth0"], "link-local-v6"),
    ],
)
def test_a_public_name_that_leads_inside_is_refused(
    server: StubServer, addresses: list[str], reason: str
) -> None:
    """Every address of a name is looked at before the first connection; one bad one is enough."""
    outgoing = Outgoing(resolve=lambda host, port: addresses)
    destination = register(f"https://fhir.example.org:{server.port}", allow_port=True)
    assert reason_of(destination, outgoing=outgoing) == reason
    assert server.asked == []


def test_a_private_name_that_leads_to_this_machine_is_refused(server: StubServer) -> None:
    """allow_private opens the hospital's network, not the services beside this one."""
    outgoing = Outgoing(resolve=lambda host, port: LOOPBACK)
    destination = register(f"https://fhir.example.org:{server.port}", allow_private=True, allow_port=True)
    assert reason_of(destination, outgoing=outgoing) == "loopback"


def test_a_name_that_changes_is_resolved_once(server: StubServer) -> None:
    """The address that was looked at is the one that is connected to: a second answer of the resolver
    is never asked for within a call, and is looked at again for the next connection."""
    answers = [LOOPBACK, ["169.254.169.254"]]
    outgoing = Outgoing(resolve=lambda host, port: answers.pop(0))
    destination = register(f"http://localhost:{server.port}", allow_http=True)
    server.answer = answering(Connection="close")
    assert get(destination, outgoing=outgoing).status == 200
    assert [asked.headers["host"] for asked in server.asked] == [f"localhost:{server.port}"]
    assert reason_of(destination, outgoing=outgoing) == "cloud-metadata"
    assert len(server.asked) == 1


def test_paging_links_go_through_the_same_check(server: StubServer) -> None:
    """A next link to another host, port or path is not asked, least of all with the token."""
    with StubServer() as elsewhere:
        for link in (f"{elsewhere.url}/fhir?page=2", f"{server.url}/admin", "http://169.254.169.254/"):
            with pytest.raises(OutgoingRefused):
                get(here(server), link, token="secret")
        assert (server.asked, elsewhere.asked) == ([], [])


def test_a_certificate_is_checked_for_the_registered_name(tmp_path: Path) -> None:
    """TLS asks for and checks the registered name, although the socket goes to a checked address."""
    authority = Authority(tmp_path)
    with StubServer(tls=authority.context_for("localhost")) as server:
        destination = register(f"https://localhost:{server.port}/fhir", allow_port=True)
        outgoing = Outgoing(authority.ca_file, resolve=lambda host, port: LOOPBACK)
        assert get(destination, outgoing=outgoing).status == 200
        assert (server.server_names, server.asked[0].headers["host"]) == (
            ["localhost"],
            f"localhost:{server.port}",
        )


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    """A server that shows somebody else's certificate gets no request."""
    authority = Authority(tmp_path)
    with StubServer(tls=authority.context_for("other.example")) as server:
        destination = register(f"https://localhost:{server.port}/fhir", allow_port=True)
        outgoing = Outgoing(authority.ca_file, resolve=lambda host, port: LOOPBACK)
        assert reason_of(destination, outgoing=outgoing) == "certificate"
        assert server.asked == []


def test_a_certificate_of_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    """Without the site's own file of certificates the usual ones decide, and nothing turns that off."""
    with StubServer(tls=Authority(tmp_path).context_for("localhost")) as server:
        destination = register(f"https://localhost:{server.port}/fhir", allow_port=True)
        assert reason_of(destination, outgoing=Outgoing(resolve=lambda h, p: LOOPBACK)) == "certificate"


def test_the_environment_reroutes_nothing(server: StubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxy variables, .netrc and certificate variables have no effect."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert get(here(server)).status == 200


def test_no_cookie_is_kept(server: StubServer) -> None:
    """What a server sets is not sent again: calls of two clients must not be joined."""
    outgoing = Outgoing()
    server.answer = answering(Set_Cookie="session=1")
    get(here(server), outgoing=outgoing)
    get(here(server), outgoing=outgoing)
    assert ["cookie" in asked.headers for asked in server.asked] == [False, False]


def test_a_failing_server_is_left_alone(server: StubServer) -> None:
    """After five failures in a row nothing is sent; the breaker of another origin stays closed."""
    outgoing = Outgoing()
    server.answer = answering(status=503)
    for _ in range(FAILURES):
        get(here(server), outgoing=outgoing, with_breaker=True)
    assert reason_of(here(server), outgoing=outgoing, with_breaker=True) == "breaker-open"
    assert len(server.asked) == FAILURES
    assert {origin: each.is_open for origin, each in outgoing.breakers().items()} == {server.url: True}
    with StubServer() as other:
        assert get(here(other), outgoing=outgoing, with_breaker=True).status == 200


def test_calls_of_several_threads_run_side_by_side(server: StubServer) -> None:
    """A slow answer to one thread does not hold back another."""
    outgoing = Outgoing()
    both = ThreadPoolExecutor(2)
    met: list[str] = []

    def wait_for_the_other(handler: BaseHTTPRequestHandler) -> None:
        met.append(handler.path)
        while len(met) < 2 and not server.stopping.wait(0.005):
            pass
        answering()(handler)

    server.answer = wait_for_the_other
    calls = [
        both.submit(get, here(server), f"Patient/{each}", outgoing=outgoing, with_breaker=True)
        for each in range(2)
    ]
    assert [call.result().status for call in calls] == [200, 200]


def test_a_connection_is_used_again(server: StubServer) -> None:
    """The second call of a thread needs no second look-up of the name."""
    looked_up: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return LOOPBACK

    outgoing = Outgoing(resolve=resolve)
    for _ in range(3):
        get(here(server), outgoing=outgoing)
    assert looked_up == ["127.0.0.1"]


def test_an_error_names_no_address(server: StubServer) -> None:
    """What a log or a card may show of a failure is its reason alone."""
    with pytest.raises(OutgoingFailed) as failed:
        get(register("http://127.0.0.1:9/secret-path", allow_http=True))
    assert str(failed.value) == "unreachable"
    assert failed.value.__cause__ is None
