"""The proxy of deploy/compose.yaml, run by Debian's nginx on loopback."""

from __future__ import annotations

import signal
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.site import wait_until_ready
from tests.postgresql import free_port
from tests.third_party.programs import ROOT
from tests.tls import Authority

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
REPLICAS = ("172.30.40.11:8000", "172.30.40.12:8000")
STOP_SECONDS = 20.0


@dataclass
class Proxy:
    """A running proxy: its address, whom its callers trust, and who signs its certificate."""

    base: str
    trusted: ssl.SSLContext
    authority: Authority
    process: subprocess.Popen[bytes] = field(repr=False)

    def read_again(self) -> None:
        """Tell it that its files have changed."""
        self.process.send_signal(signal.SIGHUP)


@contextmanager
def proxied(folder: Path, *bases: str) -> Iterator[Proxy]:
    """Run the proxy before two replicas; only addresses and places of files differ from the deployed ones."""
    authority = Authority(folder)
    certificate, key = authority.certificate_for("127.0.0.1")
    port = free_port()
    changes = {
        " /run/proxy/": f" {folder}/",
        "listen 8443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/run/secrets/tls-certificate": str(certificate),
        "/run/secrets/tls-key": str(key),
        **{given: base.removeprefix("http://") for given, base in zip(REPLICAS, bases, strict=True)},
    }
    text = CONFIGURATION.read_text()
    for given, here in changes.items():
        assert given in text
        text = text.replace(given, here)
    (folder / "nginx.conf").write_text(text)
    words = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen([*words, "-g", "daemon off;"], stdout=log, stderr=log)
    trusted = ssl.create_default_context(cafile=authority.ca_file)
    proxy = Proxy(f"https://127.0.0.1:{port}", trusted, authority, process)
    try:
        wait_until_ready(proxy.base, process, trusted)
        yield proxy
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
