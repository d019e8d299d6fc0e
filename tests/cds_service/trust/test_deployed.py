"""The whole of it, as docs/security.md says: keys, registry, TLS, a signed call, a probe."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
import time_machine
from joserfc.jwk import ECKey

from cds_service.alive import is_alive
from cds_service.trust.forging import Forge, good_token
from tests.cds_service.golden import golden_request
from tests.postgresql import free_port
from tests.tls import Authority

ROOT = Path(__file__).resolve().parents[3]
ISSUER = "https://ehr.example.org"
SIGN_OFF = "/cds-services/breast-calcification-report-sign"


@dataclass
class Running:
    """A served process and what its callers need."""

    url: str
    folder: Path
    trusted: ssl.SSLContext

    def ask(self, path: str, token: str | None = None, body: object = None) -> tuple[int, bytes]:
        """Call it; status and body."""
        headers = {"Content-Type": "application/json"} | ({} if token is None else {"Authorization": token})
        data = None if body is None else orjson.dumps(body)
        asked = urllib.request.Request(f"{self.url}{path}", data, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=10, context=self.trusted) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would."""
    program = Path(sys.executable).with_name("calcification-cds")
    return subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The example registry, a key pair made by the command, a certificate, two workers, a port."""
    folder = tmp_path_factory.mktemp("deployed")
    shutil.copy(ROOT / "deploy" / "clients.example.toml", folder / "clients.toml")
    assert run(folder, "clients", "key", "ehr").returncode == 0
    authority = Authority(folder)
    certificate, key = authority.certificate_for("127.0.0.1")
    port = free_port()
    url = f"https://127.0.0.1:{port}"
    settings = {
        "PROFILE": "production",
        "PUBLIC_URL": url,
        "CLIENTS_FILE": str(folder / "clients.toml"),
        "DATABASE_URL": f"sqlite:///{folder / 'cds.sqlite3'}",
    }
    program = Path(sys.executable).with_name("calcification-cds")
    words = ["serve", "--port", str(port), "--workers", "2"]
    words += ["--tls-certificate", str(certificate), "--tls-key", str(key)]
    environment = os.environ | {f"CALCIFICATION_CDS_{name}": value for name, value in settings.items()}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, *words], cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        trusted = ssl.create_default_context(cafile=authority.ca_file)
        service = Running(url, folder, trusted)
        _wait_until_ready(service, process)
        yield service
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_ready(service: Running, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        assert process.poll() is None, (service.folder / "log").read_text()
        try:
            if service.ask("/readyz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the service did not get ready")


def _forge(service: Running, path: str) -> Forge:
    members = orjson.loads((service.folder / "ehr.private.jwk").read_bytes())
    # The served process knows the true time.
    now = int(time_machine.escape_hatch.time.time())
    return Forge(ECKey.import_key(members), "ES384", members["kid"], ISSUER, f"{service.url}{path}", now)


def test_a_signed_call_is_answered_with_cards(running: Running) -> None:
    """A registered client with a good token gets cards; without one it gets a bare 401."""
    status, body = running.ask(SIGN_OFF, good_token(_forge(running, SIGN_OFF)), golden_request())
    assert (status, bool(orjson.loads(body)["cards"])) == (200, True)
    assert running.ask(SIGN_OFF, None, golden_request()) == (401, b"")


def test_both_workers_refuse_a_token_that_one_has_seen(running: Running) -> None:
    """However the calls fall on two workers, a token opens the door once."""
    token = good_token(_forge(running, "/cds-services"))
    statuses = [running.ask("/cds-services", token)[0] for _ in range(12)]
    assert sorted(statuses) == [200] + [401] * 11


def test_the_health_check_knows_its_own_certificate(running: Running) -> None:
    """Over TLS the container's health check takes the certificate the service was given, and no other."""
    port = int(running.url.rpartition(":")[2])
    assert is_alive(port, str(running.folder / "127.0.0.1.pem"))
    (running.folder / "foreign").mkdir()
    foreign = Authority(running.folder / "foreign").certificate_for("127.0.0.1")[0]
    assert not is_alive(port, str(foreign))


def test_a_probe_finds_nothing(running: Running) -> None:
    """The probe of the documentation, run against the service of the documentation: exit status 0."""
    result = run(
        running.folder,
        "probe",
        running.url,
        "--key",
        "ehr.private.jwk",
        "--issuer",
        ISSUER,
        "--ca-file",
        str(running.folder / "ca.pem"),
    )
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "Everything forged was refused.")


@pytest.mark.requirement("CH-002", "INF-001")
def test_old_tls_is_refused(running: Running) -> None:
    """TLS 1.1 gets no handshake, TLS 1.2 does (CH-002)."""
    refused = ssl.create_default_context(cafile=running.folder / "ca.pem")
    refused.maximum_version = ssl.TLSVersion.TLSv1_2
    assert Running(running.url, running.folder, refused).ask("/healthz")[0] == 200
    refused.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        refused.minimum_version = refused.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError, match=r"(?i)ssl|protocol|reset"):
        Running(running.url, running.folder, refused).ask("/healthz")
