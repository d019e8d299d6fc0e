from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from werkzeug.serving import make_server

from cds_service.cli import main
from cds_service.trust.checks import CLAIM_CHECKS, CLIENT_CHECKS, HEADER_CHECKS
from cds_service.trust.replay import Replay
from tests.cds_service.trust.production import Production
from tests.postgresql import free_port
from tests.stub_server import StubServer
from tests.tls import Authority
from tests.tokens import ISSUER, ec_key, private_pem, rsa_key

REGISTRY = f'[[clients]]\nissuer = "{ISSUER}"\njwks_file = "ehr.json"\ntenants = ["north"]\n'
AUTHENTICATE = import_module("cds_service.trust.authenticate")


@dataclass
class Deployed:
    """A service as it is deployed: over TLS on a port, in the production profile."""

    url: str
    ca_file: Path
    folder: Path

    def probe(self, *options: str, kid: str = "ec") -> Result:
        """Run the command against it."""
        key = self.folder / "probe.pem"
        key.write_bytes(private_pem(ec_key() if kid == "ec" else rsa_key()))
        words = ["probe", self.url, "--key", str(key), "--kid", kid, "--issuer", ISSUER, "--tenant", "north"]
        return CliRunner().invoke(main, [*words, "--ca-file", str(self.ca_file), "--json", *options])

    def accepted(self, **options: str) -> set[str]:
        """What the service accepted and should not have."""
        result = self.probe(**options)  # type: ignore[arg-type]
        rows = [json.loads(line) for line in result.stdout.splitlines()]
        assert rows, result.stderr
        assert result.exit_code == (1 if any(row["meaning"] for row in rows) else 0)
        return {row["token"] for row in rows if row["meaning"]}


@contextmanager
def deployed(folder: Path) -> Iterator[Deployed]:
    """Run the service on a free port of loopback."""
    authority = Authority(folder)
    port = free_port()
    url = f"https://127.0.0.1:{port}"
    service = Production(folder, REGISTRY, public_url=url)
    server = make_server(
        "127.0.0.1", port, service.app, threaded=True, ssl_context=authority.context_for("127.0.0.1")
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Deployed(url, authority.ca_file, folder)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        service.house.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Deployed]:
    """Our own service, deployed."""
    with deployed(tmp_path) as running:
        yield running


@pytest.mark.parametrize("kid", ["ec", "rsa"])
def test_against_ourselves_it_finds_nothing(service: Deployed, kid: str) -> None:
    """Every forged token is refused by our own service, at discovery and at a service: exit status 0."""
    result = service.probe(kid=kid)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {row["verdict"] for row in rows} == {"refused", "yes"}
    assert {row["endpoint"] for row in rows} == {"discovery", "breast-calcification-report-sign"}
    assert (result.exit_code, len(rows) > 60) == (0, True)


def test_the_table_for_people_says_so(service: Deployed) -> None:
    """Without --json it prints a table and one closing line."""
    key = service.folder / "probe.pem"
    key.write_bytes(private_pem(ec_key()))
    words = ["probe", service.url, "--key", str(key), "--kid", "ec", "--issuer", ISSUER, "--tenant", "north"]
    result = CliRunner().invoke(main, [*words, "--ca-file", str(service.ca_file)])
    assert result.stdout.endswith("Everything forged was refused.\n")


def always(*_: object) -> bool:
    """A check that lets everything pass."""
    return True


WEAKNESSES: dict[str, set[str]] = {
    "type": {"another typ", "no typ"},
    "key-url": {"a foreign jku"},
    "audience": {"no aud", "aud of another host", "aud is the host only", "aud of another service"},
    "expired": {"expired two minutes ago"},
    "from-the-future": {"issued in an hour", "not valid before an hour"},
    "too-long-lived": {"a life of a day", "a life of ten years"},
    "tenant": {"another tenant"},
}


@pytest.mark.parametrize("weakness", WEAKNESSES)
def test_each_weakness_is_found(service: Deployed, weakness: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that lacks one check is found out by the rows that are about it, and by no other."""
    for table in (HEADER_CHECKS, CLAIM_CHECKS):
        if weakness in table:
            monkeypatch.setitem(table, weakness, always)  # type: ignore[arg-type]
    if weakness in CLIENT_CHECKS:
        monkeypatch.setitem(CLIENT_CHECKS, weakness, (weakness, always))
    assert service.accepted() == WEAKNESSES[weakness]


def test_an_unchecked_signature_is_found(service: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that believes any signature is found out."""
    monkeypatch.setattr(AUTHENTICATE, "signature_is_good", always)
    assert service.accepted() == {
        "a stranger's signature",
        "claims changed after signing",
        "no signature",
        "a signature of zeros",
    }


def test_a_missing_record_of_spent_tokens_is_found(
    service: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that lets a token in twice is found out."""
    monkeypatch.setattr(Replay, "spend", lambda *_: None)
    assert service.accepted() == {"the same token twice"}


class Weak:
    """A service that does as it is told: it believes everybody, or breaks, or talks too much."""

    def __init__(self, manner: str) -> None:
        self.manner = manner
        self.calls: Counter[str] = Counter()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        token = handler.headers.get("Authorization") or ""
        self.calls[handler.path] += 1
        # The first two are good tokens: one to read discovery, one to be used again.
        is_first = self.calls[handler.path] <= 2
        status, body = (200, b'{"services": []}') if is_first or self.manner == "trusting" else (401, b"")
        if not is_first and self.manner == "breaking":
            status = 500
        if not is_first and self.manner == "talkative":
            body = f"refused: {len(token)}".encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        if status == 401 and self.manner != "silent":
            handler.send_header("WWW-Authenticate", "Bearer")
        handler.end_headers()
        handler.wfile.write(body)


def probe_stub(server: StubServer, folder: Path, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """Probe a stub; the exit status and the rows."""
    key = folder / "probe.pem"
    key.write_bytes(private_pem(ec_key()))
    words = ["probe", server.url, "--key", str(key), "--kid", "ec", "--issuer", ISSUER, "--json", *options]
    result = CliRunner().invoke(main, words)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_a_service_that_believes_everybody_fails_every_row(tmp_path: Path) -> None:
    """Against a stub without any check each forged token is a finding, at both endpoints."""
    with StubServer(Weak("trusting")) as server:
        status, rows = probe_stub(server, tmp_path, "--service", "some-service")
    assert status == 1
    tokens = [
        row for row in rows if row["token"] not in ("all refusals alike", "WWW-Authenticate on refusals")
    ]
    assert {row["verdict"] for row in tokens} == {"ACCEPTED"}
    assert {row["endpoint"] for row in tokens} == {"discovery", "some-service"}


@pytest.mark.parametrize(
    ("manner", "finding"),
    [
        ("breaking", "crashed"),
        ("talkative", "all refusals alike"),
        ("silent", "WWW-Authenticate on refusals"),
    ],
)
def test_bad_manners_are_found(tmp_path: Path, manner: str, finding: str) -> None:
    """A service that breaks, tells why it refuses, or does not say how to authenticate is found out."""
    with StubServer(Weak(manner)) as server:
        status, rows = probe_stub(server, tmp_path)
    found = {word for row in rows if row["meaning"] for word in (row["token"], row["verdict"])}
    assert (status, finding in found) == (1, True)


def test_nothing_of_a_person_is_sent(tmp_path: Path) -> None:
    """A probe sends tokens and an empty object, nothing else."""
    with StubServer(Weak("trusting")) as server:
        probe_stub(server, tmp_path, "--service", "some-service")
        assert {asked.body for asked in server.asked} == {b"", b"{}"}
        assert {asked.path for asked in server.asked} == {"/cds-services", "/cds-services/some-service"}


def test_an_unknown_key_tells_nothing(service: Deployed) -> None:
    """When even the good token is refused there is no verdict: exit status 2 and what to do."""
    result = service.probe("--issuer", "https://nobody.example.org")
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(r"discovery answered 401 to a good token.*registered", result.stderr)


def test_a_service_that_is_away_is_status_3(tmp_path: Path) -> None:
    """Nobody answers: exit status 3."""
    with StubServer() as gone:
        pass
    status, rows = probe_stub(gone, tmp_path)
    assert (status, rows) == (3, [])


@pytest.mark.parametrize("content", [b"", b"{}", b'{"kty": "oct", "k": "AAAA", "kid": "x"}', b"-----BEGIN"])
def test_a_key_that_is_none_is_bad_usage(tmp_path: Path, content: bytes) -> None:
    """A file without a private RSA or EC key: exit status 2."""
    (tmp_path / "key").write_bytes(content)
    words = ["probe", "http://127.0.0.1:9", "--key", str(tmp_path / "key"), "--issuer", ISSUER, "--kid", "x"]
    assert CliRunner().invoke(main, words).exit_code == 2
