"""``make demo``: start the service, post one signed report, show the cards, stop."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from cds_service.cli.draw import draw
from cds_service.golden_cases import fixtures_folder

CASE = "amorphous-group-called-benign-on-diagnostic"
START_SECONDS = 15.0
STEP_SECONDS = 0.02
ANSWER_SECONDS = 10.0


def main() -> int:
    """Run the demonstration; 0 when the service answered."""
    console = Console()
    request = fixtures_folder() / CASE / "request.json"
    with running_service() as base:
        service = _service_for(request, base)
        console.print(f"[dim]A radiologist signs a report; the EHR posts it to[/dim] {service}")
        call = urllib.request.Request(  # noqa: S310 - a loopback address
            service, data=request.read_bytes(), headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(call, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            draw(json.load(answer), console)
    return 0


def _service_for(request: Path, base: str) -> str:
    hook = json.loads(request.read_bytes())["hook"]
    with urllib.request.urlopen(f"{base}/cds-services", timeout=ANSWER_SECONDS) as answer:  # noqa: S310
        services = json.load(answer)["services"]
    return next(f"{base}/cds-services/{each['id']}" for each in services if each["hook"] == hook)


@contextmanager
def running_service() -> Iterator[str]:
    """Serve on a free loopback port in a process of its own; give its address; stop it at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "cds_service", "serve", "--port", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("CALCIFICATION_CDS_")},
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(base, process)
        yield base
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(base: str, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        try:
            urllib.request.urlopen(f"{base}/readyz", timeout=ANSWER_SECONDS).close()  # noqa: S310
        except (urllib.error.URLError, ConnectionError):
            time.sleep(STEP_SECONDS)
        else:
            return
    raise SystemExit("The service did not start. Run `calcification-cds serve` to see why.")


if __name__ == "__main__":
    sys.exit(main())
