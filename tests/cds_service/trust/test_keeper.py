from __future__ import annotations

from pathlib import Path

from cds_service.trust.house import start_keeper
from tests.cds_service.trust.production import Production
from tests.stub_server import StubServer, answering
from tests.tls import Authority
from tests.tokens import ISSUER, ec_key, jwk, key_set, signed


def test_keys_are_fetched_before_the_first_call(tmp_path: Path) -> None:
    """A process that starts fetches the key sets first and is ready then; the calls that follow wait for
    nobody, and the key server is asked over checked TLS, once."""
    authority = Authority(tmp_path)
    answer = answering(key_set(jwk(ec_key(), "ec")))
    with StubServer(answer, tls=authority.context_for("127.0.0.1")) as server:
        url = f"{server.url}/jwks.json"
        registry = f'[[clients]]\nissuer = "{ISSUER}"\njwks_url = "{url}"\njwks_allow_port = true\n'
        service = Production(tmp_path, registry, ca_file=authority.ca_file, pinned=False)
        assert service.call("/readyz").status_code == 503
        stop = start_keeper(service.house)
        assert service.call("/readyz").status_code == 200
        statuses = [
            service.call(token=signed(jti=str(number), header={"jku": url})).status_code
            for number in range(3)
        ]
        stop.set()
        service.house.close()
    assert (statuses, [asked.path for asked in server.asked]) == ([200] * 3, ["/jwks.json"])


def test_a_process_starts_beside_a_dead_key_server(tmp_path: Path) -> None:
    """A key server that is away delays the start for a moment and does not stop it; nobody is let in."""
    authority = Authority(tmp_path)
    with StubServer(tls=authority.context_for("127.0.0.1")) as gone:
        pass
    registry = f'[[clients]]\nissuer = "{ISSUER}"\njwks_url = "{gone.url}/k"\njwks_allow_port = true\n'
    service = Production(tmp_path, registry, ca_file=authority.ca_file, pinned=False)
    service.house.keep()
    assert service.call(token=signed()).status_code == 401
    assert service.log()[-1]["refused"] == "no-keys"
    assert service.call("/readyz").status_code == 503
    service.house.close()
