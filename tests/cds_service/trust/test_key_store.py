from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

import pytest

from cds_service.outgoing import Outgoing, register
from cds_service.trust import Client, KeyStore, TokenRefused
from cds_service.trust import key_store as key_store_module
from cds_service.trust.key_store import COOL_DOWN, DEFAULT_LIFE, LONGEST_LIFE, SHORTEST_LIFE, life_of
from tests.stub_server import Answer, StubServer, answering, hanging
from tests.tokens import ISSUER, ec_key, jwk, key_set, rsa_key

FIRST, SECOND = jwk(ec_key(), "first"), jwk(ec_key("next"), "second")


def serving(*keys: dict[str, object], **headers: str) -> Answer:
    """A key server with these keys, good for ten minutes."""
    return answering(key_set(*keys), **({"Cache_Control": "max-age=600"} | headers))


class Store:
    """A key store whose time a test sets, and its key server."""

    def __init__(self, server: StubServer) -> None:
        self.server = server
        self.now = 0.0
        self.notes: list[str] = []
        url = f"{server.url}/jwks.json"
        self.client = Client(ISSUER, key_url=register(url, allow_http=True), jku=url)
        self.store = KeyStore(
            [self.client], Outgoing(), lambda: self.now, lambda _, reason: self.notes.append(reason)
        )

    def find(self, kid: str) -> str:
        """The verdict on one kid."""
        try:
            self.store.find(self.client, kid)
        except TokenRefused as refused:
            return refused.reason
        return "found"

    def keep(self) -> None:
        """Let the background do what is due, to its end."""
        self.store.refresh_due()
        for thread in threading.enumerate():
            if thread.name == "key-set":
                thread.join()

    @property
    def asked(self) -> int:
        """How often the key server was asked."""
        return len(self.server.asked)


@pytest.fixture
def store() -> Iterator[Store]:
    """A store beside a server that has the first key."""
    with StubServer(serving(FIRST)) as server:
        yield Store(server)


def test_keys_are_there_before_the_first_call(store: Store) -> None:
    """The background fetches the set; the calls that follow ask nobody."""
    assert store.store.is_usable() is False
    store.keep()
    assert store.store.is_usable() is True
    assert [store.find("first") for _ in range(5)] == ["found"] * 5
    assert store.asked == 1


def test_a_set_is_refreshed_at_half_its_life(store: Store) -> None:
    """The server is asked again in the background before the set grows old, and not earlier."""
    store.keep()
    store.now = 299
    store.keep()
    assert store.asked == 1
    store.now = 300
    store.keep()
    assert store.asked == 2


def test_no_call_waits_for_a_slow_key_server(store: Store) -> None:
    """While a refresh hangs, known keys are answered from what is kept."""
    store.keep()
    store.server.answer = hanging(store.server)
    store.now = 300
    store.store.refresh_due()
    assert store.find("first") == "found"


def test_a_dead_key_server_is_borne_to_the_end_of_the_life(store: Store) -> None:
    """A kept set serves while refreshes fail, and not a second longer than its server allowed."""
    store.keep()
    store.server.answer = answering(status=500)
    store.now = 400
    store.keep()
    assert (store.find("first"), store.notes) == ("found", ["status"])
    store.now = 600
    assert store.find("first") == "no-keys"


@pytest.mark.requirement("CH-184")
def test_a_rotated_key_is_found_by_the_next_call(store: Store) -> None:
    """An unknown kid makes one fetch, and the very call that brought it is answered (CH-184)."""
    store.keep()
    store.server.answer = serving(FIRST, SECOND)
    store.now = COOL_DOWN
    assert (store.find("second"), store.asked) == ("found", 2)


def test_a_removed_key_is_gone(store: Store) -> None:
    """After the refresh a key that its owner took away is of no use."""
    store.keep()
    store.server.answer = serving(SECOND)
    store.now = 300
    store.keep()
    assert (store.find("first"), store.find("second")) == ("unknown-key", "found")


@pytest.mark.requirement("CH-184")
def test_a_flood_of_unknown_kids_makes_one_fetch(store: Store) -> None:
    """A hundred invented kids cost the key server one request in thirty seconds."""
    store.keep()
    store.now = COOL_DOWN
    assert {store.find(f"invented-{number}") for number in range(100)} == {"unknown-key"}
    assert store.asked == 2
    store.now = 2 * COOL_DOWN
    store.find("invented")
    assert store.asked == 3


def test_two_calls_with_a_new_key_make_one_fetch(store: Store) -> None:
    """Threads that meet an unknown kid together wait for the same answer."""
    store.keep()
    arrived = threading.Barrier(2)

    def late(handler: BaseHTTPRequestHandler) -> None:
        arrived.wait(5)
        serving(FIRST, SECOND)(handler)

    store.server.answer = late
    store.now = COOL_DOWN
    with ThreadPoolExecutor(2) as threads:
        found = [threads.submit(store.find, "second") for _ in range(2)]
        arrived.wait(5)
        with pytest.raises(threading.BrokenBarrierError):
            arrived.wait(0.05)
        assert [each.result() for each in found] == ["found", "found"]
    assert store.asked == 2


def test_waiting_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller with a new key waits for the key server for a short time only."""
    monkeypatch.setattr(key_store_module, "WAIT_SECONDS", 0.05)
    store.keep()
    store.server.answer = hanging(store.server)
    store.now = COOL_DOWN
    assert store.find("second") == "unknown-key"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answering(status=404), "status"),
        (answering(key_set(FIRST), content_type="text/html"), "content-type"),
        (answering(b"<html>"), "bad-key-set"),
        (answering(b"[]"), "bad-key-set"),
        (answering(b'{"keys": []}'), "bad-key-set"),
        (answering(key_set(*[FIRST] * 21)), "bad-key-set"),
        (answering(key_set(jwk(ec_key(), None))), "bad-key-set"),
        (
            answering(b'{"keys": [{"kty": "RSA", "kid": "x"}, 7, {"kty": "oct", "kid": "y", "k": "AA"}]}'),
            "bad-key-set",
        ),
        (answering(b" " * 70_000), "too-large"),
        (answering(status=302, Location="http://127.0.0.1:9/"), "redirect"),
    ],
    ids=["404", "HTML", "no JSON", "a list", "empty", "21 keys", "no kid", "malformed", "huge", "redirect"],
)
def test_a_bad_answer_gives_no_keys(store: Store, answer: Answer, reason: str) -> None:
    """Whatever a key server sends that is no small plain key set is refused, noted, and lets nobody in."""
    store.server.answer = answer
    store.keep()
    assert store.notes == [reason]
    assert store.find("first") == "no-keys"


def test_one_bad_key_does_not_spoil_the_others(store: Store) -> None:
    """A key that cannot be read is passed over, and one name for two keys makes that name useless."""
    store.server.answer = serving({"kty": "OKP", "kid": "x"}, FIRST, SECOND, jwk(rsa_key(), "second"))
    store.keep()
    assert [len(store.store.find(store.client, kid)) for kid in ("first", "second")] == [1, 2]


@pytest.mark.parametrize(
    ("control", "seconds"),
    [
        ("", DEFAULT_LIFE),
        ("public", DEFAULT_LIFE),
        ("max-age=900", 900),
        ("public, max-age=900, must-revalidate", 900),
        ("Max-Age=900", 900),
        ("max-age=99999999", LONGEST_LIFE),
        ("max-age=0", SHORTEST_LIFE),
        ("no-store", SHORTEST_LIFE),
        ("max-age=-5", DEFAULT_LIFE),
    ],
)
def test_the_server_says_how_long_a_set_is_kept(control: str, seconds: float) -> None:
    """Cache-Control decides, within a day and not below a minute; five minutes when it says nothing."""
    assert life_of({"Cache-Control": control}) == seconds
