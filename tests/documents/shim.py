"""Stands in for ``calcification-cds`` and ``make`` while documented commands are run.

The real program is called, with three differences: a server is started in the background on a port of this
test and is waited for; the stand-ins' certificate is trusted; status 1 of the program, "done, with something
to look at", does not end the page. What make would install is there already.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

WAIT_SECONDS = 60
STEP_SECONDS = 0.05


def main(program: str, words: list[str]) -> int:
    """Run one command; its exit status."""
    # What is called from here on must not find this file again.
    os.environ["PATH"] = os.environ["WORLD_PATH"]
    if program == "make":
        # Not the make of PATH: that is this stand-in again, and it would call itself without end.
        real = shutil.which("make", path=os.defpath) or sys.exit("make is not installed")
        command = [real, "-o", ".venv/run.stamp", "-o", ".venv/all.stamp", *words]
        if "serve" in words:
            return _serve([*command, f"PORT={os.environ['WORLD_PORT']}"], os.environ["WORLD_HTTP"])
        return subprocess.run(command, check=False).returncode
    command = [str(Path(sys.executable).with_name(program)), *words]
    if words[:1] == ["serve"]:
        tls = "--tls-certificate" in words
        base = os.environ["WORLD_HTTPS" if tls else "WORLD_HTTP"]
        kept = _without(words, ("--host", "--port"))
        return _serve([command[0], *kept, "--port", base.rpartition(":")[2]], base)
    if any(word.startswith(os.environ["WORLD_HTTPS"]) for word in words):
        command += ["--ca-file", os.environ["WORLD_CA"]]
    ran = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    sys.stderr.write(ran.stderr)
    return 99 if "Traceback" in ran.stderr else 0 if ran.returncode == 1 else ran.returncode


def _without(words: list[str], options: tuple[str, ...]) -> list[str]:
    kept, skip = [], False
    for word in words:
        if not skip and word not in options:
            kept.append(word)
        skip = not skip and word in options
    return kept


def _serve(command: list[str], base: str) -> int:
    folder = Path(os.environ["WORLD_FOLDER"])
    noted = folder / f"{base.partition(':')[0]}.pid"
    _stop(noted)
    with (folder / "served.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    noted.write_text(str(process.pid))
    context = ssl.create_default_context(cafile=os.environ["WORLD_CA"])
    limit = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        try:
            urllib.request.urlopen(  # noqa: S310 - a loopback address
                f"{base}/readyz", context=context, timeout=WAIT_SECONDS
            ).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(STEP_SECONDS)
        else:
            return 0
    sys.stderr.write((folder / "served.log").read_text())
    return 98


def stop(folder: Path) -> None:
    """Stop the servers that were started in a folder, with their workers."""
    for noted in folder.glob("*.pid"):
        _stop(noted)


def _stop(noted: Path) -> None:
    if noted.exists():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(int(noted.read_text()), 9)
        noted.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
