"""Keys and certificates that change while the service is in use: as docs/operations.md says."""

from __future__ import annotations

import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from tests.cds_service.golden import SIGN_OFF_PATH, golden_request
from tests.deploy.proxy import Proxy, proxied
from tests.deploy.site import Calling, Replica, Site, ask, make_site, replica
from tests.tls import Authority

TURN_SECONDS = 20.0


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site on an SQLite file whose EHR has a second key pair."""
    site = make_site(tmp_path, f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    assert site.run("clients", "key", "next").returncode == 0
    return site


def register(site: Site, *sets: dict[str, Any]) -> None:
    """Write the key file of the registry again."""
    keys = [key for each in sets for key in each["keys"]]
    (site.folder / "ehr.jwks.json").write_bytes(orjson.dumps({"keys": keys}))


def let_in(site: Site, replica: Replica) -> dict[str, bool]:
    """Which of the two keys opens the door of a replica."""
    found = {}
    for name in ("ehr", "next"):
        status, _ = ask(replica.base, SIGN_OFF_PATH, site.token(name=name), golden_request())
        assert status in (200, 401)
        found[name] = status == 200
    return found


@pytest.mark.deep
def test_a_pinned_key_is_rotated_without_a_call_that_fails(site: Site) -> None:
    """The old key alone, both, the new one alone: each step takes effect when a replica is started, those
    that run go on with what they read, and a key that is gone is refused by name in the log."""
    old, new = (orjson.loads((site.folder / f"{name}.jwks.json").read_bytes()) for name in ("ehr", "next"))
    with replica(site, "first") as first:
        register(site, old, new)
        assert let_in(site, first) == {"ehr": True, "next": False}
        with replica(site, "second") as second:
            assert let_in(site, second) == {"ehr": True, "next": True}
            register(site, new)
            assert let_in(site, second) == {"ehr": True, "next": True}
    with replica(site, "third") as third:
        assert let_in(site, third) == {"ehr": False, "next": True}
        assert "unknown-key" in {line.get("refused") for line in third.log()}


def shown(base: str) -> str:
    """The certificate that an address shows, whoever signed it."""
    address = urlsplit(base)
    return ssl.get_server_certificate((str(address.hostname), address.port or 0), timeout=10)


def renew(authority: Authority) -> str:
    """Put a fresh certificate and key in the place of those for 127.0.0.1, and give it."""
    return authority.certificate_for("127.0.0.1")[0].read_text()


@pytest.mark.needs("nginx")
def test_the_proxys_certificate_is_renewed_under_load(site: Site, tmp_path: Path) -> None:
    """New files in the place of the old and one signal: no call fails, and then the new one is shown."""
    folder = tmp_path / "proxy"
    folder.mkdir()
    with replica(site, "only") as only, proxied(folder, only.base, only.base) as proxy:
        old, new = shown(proxy.base), renew(proxy.authority)
        with Calling(site, proxy.base, proxy.trusted) as calling:
            calling.wait_for(3)
            assert shown(proxy.base) == old
            proxy.read_again()
            _wait_until_shown(proxy, new)
            calling.wait_for(3)
        assert (calling.answered >= 6, calling.failed) == (True, [])


def _wait_until_shown(proxy: Proxy, certificate: str) -> None:
    limit = time.monotonic() + TURN_SECONDS
    while shown(proxy.base) != certificate:
        assert time.monotonic() < limit, "the old certificate is still shown"
        time.sleep(0.1)


@pytest.mark.deep
def test_the_services_own_certificate_is_read_at_its_start(site: Site, tmp_path: Path) -> None:
    """A replica that ends TLS itself shows the certificate it was started with until it is started again."""
    (tmp_path / "tls").mkdir()
    authority = Authority(tmp_path / "tls")
    certificate, key = authority.certificate_for("127.0.0.1")
    words = ("--tls-certificate", str(certificate), "--tls-key", str(key))
    old = certificate.read_text()
    with replica(site, "first", *words) as first:
        new = renew(authority)
        assert shown(first.base) == old
    with replica(site, "second", *words) as second:
        assert shown(second.base) == new
