"""Start the built image as its configuration says, in namespaces of its own, and call it.

``unshare --mount --net --ipc --uts python -m tests.image.inside ROOT CONFIG FOLDER``: the network has a
loopback and nothing else, the root file system is mounted read-only, and all of it is gone when this process
ends. Prints a line for each thing seen; the first that is not as it has to be ends it with an AssertionError.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click

from cds_service.storage import issued_card, open_engine
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request
from tests.deploy.site import PUBLIC_URL, Site, ask, wait_until_ready

REGISTRY = "/mnt/clients.toml"  # where the folder of the registry is mounted in the container
STOP_SECONDS = 30.0
SETTINGS = {
    "CALCIFICATION_CDS_PUBLIC_URL": PUBLIC_URL,
    "CALCIFICATION_CDS_CLIENTS_FILE": REGISTRY,
    "CALCIFICATION_CDS_TRUSTED_PROXIES": "127.0.0.1",
}
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
Config = dict[str, Any]


def main(root: Path, config: Config, folder: Path) -> None:
    """Mount, start, look, call, stop."""
    _raise_loopback()
    user, group = _identity(root, config["User"])
    os.chown(folder / "data", user, group)
    _mount(root, folder)
    (port,) = (int(exposed.partition("/")[0]) for exposed in config["ExposedPorts"])
    container = _start(root, config, f"{user}:{group}", folder / "log")
    base = f"http://127.0.0.1:{port}"
    try:
        began = time.monotonic()
        wait_until_ready(base, container)
        click.echo(f"started: {' '.join(config['Cmd'])}, ready after {time.monotonic() - began:.1f} s")
        first = _child_of(container.pid)
        _look_at_rights(first, user)
        _look_at_root(root)
        _call(Site(folder / "registry", {"PUBLIC_URL": PUBLIC_URL}), base)
        check = config["Healthcheck"]["Test"]
        told = subprocess.run(_command(root, config, f"{user}:{group}", check[1:]), check=False)
        assert (check[0], told.returncode) == ("CMD", 0)
        click.echo(f"healthy: {' '.join(check[1:])} ended with 0")
        _stop(first, container)
        _look_at_rows(folder)
    except BaseException:
        click.echo((folder / "log").read_text(), err=True)
        raise
    finally:
        container.kill()


def _raise_loopback() -> None:
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))


def _identity(root: Path, user: str) -> tuple[int, int]:
    """The user the image names and the group its passwd gives it."""
    assert user, "the image names no user, so it runs as root"
    for line in (root / "etc/passwd").read_text().splitlines():
        name, _, uid, gid, *_ = line.split(":")
        if user in (name, uid):
            assert int(uid) > 0, "the image runs as root"
            return int(uid), int(gid)
    raise AssertionError(f"/etc/passwd of the image has no user {user!r}")


def _mount(root: Path, folder: Path) -> None:
    """A read-only root; beside it the volume, the registry and what every container runtime brings."""

    def mount(*words: str) -> None:
        subprocess.run(["mount", *words], check=True)

    mount("--bind", str(root), str(root))
    mount("--bind", str(folder / "data"), f"{root}/data")
    mount("--bind", str(folder / "registry"), f"{root}/mnt")
    mount("-o", "remount,bind,ro", f"{root}/mnt")
    for place in ("/tmp", "/dev/shm"):  # noqa: S108 - inside the container
        mount("-t", "tmpfs", "-o", "nosuid,nodev,mode=1777", "tmpfs", f"{root}{place}")
    mount("-o", "remount,bind,ro", str(root))


def _command(root: Path, config: Config, identity: str, words: list[str]) -> list[str]:
    """The command line that runs ``words`` in the container, as its user and with its environment."""
    told = dict(pair.split("=", 1) for pair in config["Env"]) | SETTINGS
    environment = [f"{name}={value}" for name, value in told.items()]
    inner = 'cd "$0" && exec "$@"'
    become = ["chroot", f"--userspec={identity}", "--groups=", str(root)]
    clean = ["env", "--ignore-environment", *environment]
    return ["setpriv", "--no-new-privs", *become, *clean, "sh", "-c", inner, config["WorkingDir"], *words]


def _start(root: Path, config: Config, identity: str, log: Path) -> subprocess.Popen[bytes]:
    own = ["unshare", "--pid", "--fork", "--kill-child", f"--mount-proc={root}/proc"]
    command = [*own, *_command(root, config, identity, config["Cmd"])]
    with log.open("wb") as written:
        return subprocess.Popen(command, stdout=written, stderr=written)


def _child_of(process: int) -> int:
    """The first process of the container, by its number out here."""
    (child,) = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(child)


def _look_at_rights(process: int, user: int) -> None:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    status = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    assert status["NSpid"][-1] == "1", "it is not the first process of its container"
    assert status["Uid"] == [str(user)] * 4
    assert (status["Groups"], status["NoNewPrivs"]) == ([], ["1"])
    assert {int(status[name][0], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    click.echo(f"process 1: user {user}, no capability, no way to gain one")


def _look_at_root(root: Path) -> None:
    for place in ("", "/app", "/etc", "/mnt"):
        try:
            os.close(os.open(f"{root}{place}/written", os.O_CREAT | os.O_WRONLY))
            outcome = 0
        except OSError as error:
            outcome = error.errno or 0
        assert outcome == errno.EROFS, f"writing to {place or '/'}: {os.strerror(outcome)}"
    click.echo("read-only: /, /app, /etc and the registry refuse to be written to, by root too")


def _call(site: Site, base: str) -> None:
    refused = ask(base, SIGN_OFF_PATH, body=golden_request())
    assert refused == (401, b""), refused
    cards = site.sign_off(base)
    assert cards, "no card"
    click.echo(f"called: without a token 401, with one 200 and {len(cards)} card(s): {cards[0]['summary']}")


def _stop(first: int, container: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    os.kill(first, signal.SIGTERM)
    status = container.wait(STOP_SECONDS)
    assert status == 0, f"SIGTERM: ended with {status}"
    click.echo(f"stopped: SIGTERM, ended with 0 after {time.monotonic() - began:.1f} s")


def _look_at_rows(folder: Path) -> None:
    engine = open_engine(f"sqlite:///{folder / 'data' / 'calcification-cds.sqlite3'}")
    with engine.connect() as connection:
        kept = len(connection.execute(issued_card.select()).all())
    engine.dispose()
    assert kept > 0, "no card was recorded"
    click.echo(f"kept: {kept} issued card(s) in the volume /data")


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_bytes()), Path(sys.argv[3]))
