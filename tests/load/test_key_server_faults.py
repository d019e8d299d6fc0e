"""The server of a client's keys is gone for longer than the keys may be kept, and comes back."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.load.conftest import Say
from tests.load.driving import InBackground, between, statuses
from tests.load.signed_calls import production, signed_calls
from tests.serving import serving
from tests.stub_server import StubServer, answering
from tests.tls import Authority
from tests.tokens import ec_key, jwk, key_set

pytestmark = pytest.mark.deep

# Seconds: the keys may be kept for KEPT, and are asked for again each 30 at most.
GONE, KEPT, BACK, WELL, END = 3.0, 60.0, 70.0, 104.0, 110.0
RATE = 5.0


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """End the connection without an answer."""
    handler.close_connection = True


def test_the_key_server_is_gone_for_a_while(tmp_path: Path, say: Say) -> None:
    """Calls are answered while the keys may be kept, and refused with 401 after that; readiness says so. They
    are answered again, without a restart, when the key server is back."""
    authority = Authority(tmp_path)
    keys = answering(key_set(jwk(ec_key(), "ec")), Cache_Control=f"max-age={KEPT:.0f}")
    with StubServer(keys, tls=authority.context_for("127.0.0.1")) as server:
        url = f"{server.url}/jwks.json"
        settings = production(tmp_path, f'jwks_url = "{url}"\njwks_allow_port = true')
        with serving(tmp_path, ca_file=authority.ca_file, **settings) as service:
            load = InBackground([service.port], signed_calls(int(RATE * END), jku=url), RATE, END)
            load.until(GONE)
            server.answer = hang_up
            load.until(BACK - 2)
            ready_while_gone = service.ask("/readyz")
            server.answer = keys
            outcomes = load.end()
            events = service.lines("key-set")
            refusals = {line.get("refused") for line in service.lines("request") if line["status"] == 401}
            assert service.is_ready()
            assert service.stop() == 0
    say("key server gone", outcomes, reasons={line["reason"] for line in events})
    assert set(statuses(between(outcomes, 0, KEPT / 2))) == {200}
    assert set(statuses(between(outcomes, KEPT + 2, BACK))) == {401}
    assert set(statuses(between(outcomes, WELL, END))) == {200}
    assert set(statuses(outcomes)) == {200, 401}
    assert refusals == {"no-keys"}
    assert (ready_while_gone.status, b"keys" in ready_while_gone.body) == (503, True)
    assert {line["reason"] for line in events} == {"unreachable"}
