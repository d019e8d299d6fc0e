"""A site in production, run on loopback: replicas on one database, and an EHR that signs its calls."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import time_machine
from joserfc.jwk import ECKey

from cds_service.trust.forging import Forge
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request
from tests.postgresql import free_port
from tests.serving import SOON
from tests.third_party.programs import ROOT, command_line, environment, start

PUBLIC_URL = "https://cds.example.org"
ISSUER = "https://ehr.example.org"
START_SECONDS, STOP_SECONDS = 60.0, 60.0
Answer = tuple[int, bytes]


def command(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run calcification-cds as an operator would, with these settings and no others."""
    return subprocess.run(
        command_line(*words),
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
    )


def ask(
    base: str,
    path: str,
    token: str | None = None,
    body: object = None,
    trusted: ssl.SSLContext | None = None,
) -> Answer:
    """Call an address as the proxy passes a call on; status and body. Raises OSError when nobody answers."""
    headers = {"Content-Type": "application/json", "X-Forwarded-Proto": "https"}
    headers |= {} if token is None else {"Authorization": f"Bearer {token}"}
    data = None if body is None else orjson.dumps(body)
    asked = urllib.request.Request(f"{base}{path}", data, headers)  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=20, context=trusted) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


@dataclass
class Site:
    """What all replicas share: the registry in ``folder``, and the EHR's private key beside it."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def forge(self, path: str, name: str = "ehr") -> Forge:
        """What makes good tokens of the EHR for one endpoint."""
        key = orjson.loads((self.folder / f"{name}.private.jwk").read_bytes())
        # The served processes know the true time; a program that calls them has no frozen one.
        hatch = time_machine.escape_hatch
        now = int((hatch.time if hatch.is_travelling() else time).time())
        audience = f"{self.settings['PUBLIC_URL']}{path}"
        return Forge(ECKey.import_key(key), "ES384", key["kid"], ISSUER, audience, now)

    def token(self, path: str = SIGN_OFF_PATH, name: str = "ehr") -> str:
        """A good token, never the same twice."""
        return self.forge(path, name).token()

    def sign_off(self, base: str, **rest: Any) -> list[dict[str, Any]]:
        """Post one sign-off and give its cards."""
        status, body = ask(base, SIGN_OFF_PATH, self.token(), golden_request(), **rest)
        assert status == 200, body
        cards: list[dict[str, Any]] = orjson.loads(body)["cards"]
        return cards

    def feedback(self, base: str, card: str, **rest: Any) -> Answer:
        """Say that a card was overridden."""
        path = f"{SIGN_OFF_PATH}/feedback"
        told = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-05-04T12:00:00Z"}
        return ask(base, path, self.token(path), {"feedback": [told]}, **rest)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command with the site's settings."""
        return command(self.folder, *words, **self.settings)


def make_site(folder: Path, database_url: str, **settings: str) -> Site:
    """Make the registry of deploy/clients.example.toml and a key pair for its EHR."""
    shutil.copy(ROOT / "deploy" / "clients.example.toml", folder / "clients.toml")
    assert command(folder, "clients", "key", "ehr").returncode == 0
    chosen = {
        "PROFILE": "production",
        "PUBLIC_URL": PUBLIC_URL,
        "CLIENTS_FILE": str(folder / "clients.toml"),
        "DATABASE_URL": database_url,
        "TRUSTED_PROXIES": "127.0.0.1",
        "DRAIN_SECONDS": "0",
    }
    return Site(folder, chosen | settings)


@dataclass
class Replica:
    """A served process: its address, and what it wrote to its log."""

    base: str
    process: subprocess.Popen[bytes] = field(repr=False)
    log_file: Path = field(repr=False)

    def stop(self) -> int | None:
        """Ask it to stop, as an orchestrator does, and wait; its exit status."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    def log(self) -> list[dict[str, Any]]:
        """The lines of its log that are JSON, those of this moment too."""
        time.sleep(SOON)
        lines = self.log_file.read_bytes().splitlines()
        return [orjson.loads(line) for line in lines if line.startswith(b"{")]


@contextmanager
def replica(site: Site, name: str, *words: str, port: int | None = None) -> Iterator[Replica]:
    """Run one replica, with further words of the command; stop it in the end."""
    port = free_port() if port is None else port
    # A certificate is looked at by the tests that are about it.
    unchecked = ssl._create_unverified_context() if "--tls-certificate" in words else None  # noqa: S323
    scheme = "http" if unchecked is None else "https"
    base, serve = f"{scheme}://127.0.0.1:{port}", command_line("serve", "--port", str(port), *words)
    started = start(name, base, serve, site.folder, environment(**site.settings))
    running = Replica(base, started.process, started.log)
    try:
        wait_until_ready(base, running.process, unchecked)
        yield running
    finally:
        running.stop()


class Calling:
    """Sign-offs that go on, one after the other, while something else is done."""

    def __init__(self, site: Site, base: str, trusted: ssl.SSLContext | None = None) -> None:
        self._site, self._base, self._trusted = site, base, trusted
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._call)
        self.answered = 0
        self.failed: list[str] = []

    def _call(self) -> None:
        while not self._stop.is_set():
            try:
                self._site.sign_off(self._base, trusted=self._trusted)
                self.answered += 1
            except (OSError, AssertionError) as error:
                self.failed.append(repr(error))

    def wait_for(self, answers: int) -> None:
        """Wait until so many further calls were answered."""
        wanted, limit = self.answered + answers, time.monotonic() + START_SECONDS
        while self.answered < wanted and time.monotonic() < limit:
            time.sleep(0.02)

    def __enter__(self) -> Calling:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def wait_until_ready(
    base: str, process: subprocess.Popen[bytes], trusted: ssl.SSLContext | None = None
) -> None:
    """Wait until ``/readyz`` says so; a process that ends first fails the test."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        assert process.poll() is None, f"ended with {process.returncode}"
        try:
            if ask(base, "/readyz", trusted=trusted)[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("not ready in time")
