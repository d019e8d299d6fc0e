"""Starting programs that others wrote, on loopback, and stopping exactly those."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# Where `make test` installs the locked packages of this folder.
ADVICE = "`make test` installs it; --ignore=tests/third_party leaves these tests out"
PYTHON = ROOT / ".make" / "third-party" / "bin" / "python"
NODE_PACKAGES = HERE / "node_modules"
# Generous: the machine may be busy with other things, and nothing here is about speed.
START_SECONDS = 180.0


def node() -> str:
    """Find Node and its packages, or fail the test with the reason."""
    found = shutil.which("node")
    if found is None:
        pytest.fail(f"not installed: node; {ADVICE}", pytrace=False)
    if not NODE_PACKAGES.is_dir():
        pytest.fail(f"not installed: the npm packages of tests/third_party; {ADVICE}", pytrace=False)
    return found


def third_party_python() -> str:
    """Find the interpreter that has the Python programs, or fail the test with the reason."""
    if not PYTHON.exists():
        pytest.fail(f"not installed: the Python packages of tests/third_party; {ADVICE}", pytrace=False)
    return str(PYTHON)


def environment(**settings: str) -> dict[str, str]:
    """The environment of a program: this one, without settings of the service but for those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CALCIFICATION_CDS_")}
    return kept | {f"CALCIFICATION_CDS_{name.upper()}": value for name, value in settings.items()}


def run_program(*command: str, standard_input: object = None) -> Any:
    """Run a program to its end and read the JSON on the last line of what it printed."""
    done = subprocess.run(
        command,
        input=b"" if standard_input is None else json.dumps(standard_input).encode(),
        capture_output=True,
        cwd=HERE,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@dataclass(frozen=True)
class Server:
    """A running server: ``base`` is its address, ``token`` what it wants to see."""

    name: str
    base: str
    process: subprocess.Popen[bytes] = field(repr=False)
    log: Path = field(repr=False)
    token: str | None = None
    ca_file: Path | None = None

    def ask(self, path: str = "", method: str = "GET", body: object = None, **headers: str) -> Answered:
        """Send one request as it is, whatever the answer; a header's name is written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            named.setdefault("Authorization", f"Bearer {self.token}")
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - a loopback address
            f"{self.base}{path}", data, named, method=method
        )
        context = None if self.ca_file is None else ssl.create_default_context(cafile=str(self.ca_file))
        try:
            with urllib.request.urlopen(request, timeout=120, context=context) as answer:  # noqa: S310
                return Answered(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answered(error.code, error.headers, error.read())

    def wait(self, path: str) -> Server:
        """Wait until the server answers; a server that ends first fails the test with its last words."""
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit and self.process.poll() is None:
            try:
                self.ask(path)
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError(f"{self.name} did not start: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """End the process, and wait for it."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True)
class Answered:
    """An answer as it came; the names of its headers may be asked for in any case."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def start(
    name: str, base: str, command: Sequence[str], folder: Path, env: dict[str, str] | None = None, **rest: Any
) -> Server:
    """Start a server in a process of its own, in ``folder`` unless told otherwise."""
    log = folder / f"{name}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=rest.pop("cwd", folder),
            env=env or environment(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
        )
    return Server(name, base, process, log, **rest)


def command_line(*arguments: str) -> list[str]:
    """The command calcification-cds of this checkout."""
    return [sys.executable, "-m", "cds_service", *arguments]
