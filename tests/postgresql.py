"""A PostgreSQL of our own: started on a free port of loopback, gone with the test run."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# PostgreSQL refuses to run as root. Debian's package brings the first of these users, every system the
# second.
OTHER_USERS = ("postgres", "nobody")


def _other_user() -> str | None:
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in OTHER_USERS if name in known)


def free_port() -> int:
    """Find a port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Postgresql:
    """A server with an empty database, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._user = _other_user()
        if self._user is not None:
            shutil.chown(folder, self._user)
        self._data = folder / "data"
        self._port = free_port()
        self._run(
            *("initdb", "-D", str(self._data), "-U", "cds", "--auth=trust", "--no-sync"),
            *("-E", "UTF8", "--locale=C"),
        )

    @property
    def url(self) -> str:
        """Its SQLAlchemy URL."""
        return f"postgresql://cds@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it and wait until it answers; nothing happens when it runs."""
        if self.processes():
            return
        options = f"-c listen_addresses=127.0.0.1 -p {self._port} -k {self._folder}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")

    def processes(self) -> list[int]:
        """The server and the processes that serve its connections."""
        try:
            main = (self._data / "postmaster.pid").read_text().split()[0]
            children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        except FileNotFoundError:
            return []
        return [int(pid) for pid in (main, *children)]

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, user=self._user, cwd=self._folder, stdout=subprocess.DEVNULL)


@contextmanager
def own_postgresql() -> Iterator[Postgresql]:
    """Run a server that a test may stop and start."""
    folder = Path(tempfile.mkdtemp(prefix="calcification-cds-postgresql-"))
    try:
        server = Postgresql(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Run a server with an empty database and give its SQLAlchemy URL."""
    with own_postgresql() as server:
        yield server.url
