"""The whole of it, as docs/security.md says: keys, registry, TLS, a signed call, a probe."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cds_service.alive import is_alive
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request
from tests.deploy.site import ISSUER, Answer, Site, ask, make_site, replica
from tests.postgresql import free_port
from tests.tls import Authority


@dataclass
class Running:
    """A served process and what its callers need."""

    url: str
    site: Site
    trusted: ssl.SSLContext

    def ask(self, path: str, token: str | None = None, body: object = None) -> Answer:
        """Call it; status and body."""
        return ask(self.url, path, token, body, self.trusted)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The example registry, a key pair made by the command, a certificate, two workers, a port."""
    folder = tmp_path_factory.mktemp("deployed")
    port = free_port()
    url = f"https://127.0.0.1:{port}"
    site = make_site(folder, f"sqlite:///{folder / 'cds.sqlite3'}", PUBLIC_URL=url)
    del site.settings["TRUSTED_PROXIES"]  # nothing stands in front of it
    authority = Authority(folder)
    certificate, key = authority.certificate_for("127.0.0.1")
    words = ("--workers", "2", "--tls-certificate", str(certificate), "--tls-key", str(key))
    with replica(site, "served", *words, port=port):
        yield Running(url, site, ssl.create_default_context(cafile=authority.ca_file))


def test_a_signed_call_is_answered_with_cards(running: Running) -> None:
    """A registered client with a good token gets cards; without one it gets a bare 401."""
    assert running.site.sign_off(running.url, trusted=running.trusted)
    assert running.ask(SIGN_OFF_PATH, None, golden_request()) == (401, b"")


def test_both_workers_refuse_a_token_that_one_has_seen(running: Running) -> None:
    """However the calls fall on two workers, a token opens the door once."""
    token = running.site.token("/cds-services")
    statuses = [running.ask("/cds-services", token)[0] for _ in range(12)]
    assert sorted(statuses) == [200] + [401] * 11


def test_the_health_check_knows_its_own_certificate(running: Running) -> None:
    """Over TLS the container's health check takes the certificate the service was given, and no other."""
    port = int(running.url.rpartition(":")[2])
    assert is_alive(port, str(running.site.folder / "127.0.0.1.pem"))
    (running.site.folder / "foreign").mkdir()
    foreign = Authority(running.site.folder / "foreign").certificate_for("127.0.0.1")[0]
    assert not is_alive(port, str(foreign))


def test_a_probe_finds_nothing(running: Running) -> None:
    """The probe of the documentation, run against the service of the documentation: exit status 0."""
    result = running.site.run(
        "probe",
        running.url,
        "--key",
        "ehr.private.jwk",
        "--issuer",
        ISSUER,
        "--ca-file",
        str(running.site.folder / "ca.pem"),
    )
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "Everything forged was refused.")


@pytest.mark.requirement("CH-002", "INF-001")
def test_old_tls_is_refused(running: Running) -> None:
    """TLS 1.1 gets no handshake, TLS 1.2 does (CH-002)."""
    refused = ssl.create_default_context(cafile=running.site.folder / "ca.pem")
    refused.maximum_version = ssl.TLSVersion.TLSv1_2
    assert Running(running.url, running.site, refused).ask("/healthz")[0] == 200
    refused.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        refused.minimum_version = refused.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError, match=r"(?i)ssl|protocol|reset"):
        Running(running.url, running.site, refused).ask("/healthz")
