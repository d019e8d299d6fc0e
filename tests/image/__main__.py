"""Build the image and run it: ``python -m tests.image``, which is ``make image-check``.

Debian's buildah runs the Dockerfile step by step with chroot isolation, on a stand-in for the base image
that debootstrap makes (tests/image/stand_in.py; kept in ``.make/image`` for the next run). The image is then
started as its configuration says: its user, a read-only root file system, no capabilities, a network of its
own; one sign-off is posted, and it is stopped. Exit status: 0 as it has to be; 1 something was not; 2 it
could not be tried here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.image.building import NAME, ROOT, base_image, build, buildah, fetch_wheels, image_config, size_of
from tests.image.stand_in import make_stand_in, root_file_system
from tests.missing import missing_programs

CACHE = ROOT / ".make" / "image"
PROGRAMS = ("buildah", "debootstrap", "tar", "unshare", "setpriv", "chroot", "mount")


def main() -> int:
    """Do it all and say what was done."""
    lacking = missing_programs(PROGRAMS)
    if lacking or os.getuid() != 0:
        why = f"not installed: {', '.join(lacking)}" if lacking else "buildah and debootstrap need root here"
        click.echo(f"The image was not built: {why}.", err=True)
        return 2
    CACHE.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="run-", dir=CACHE))
    try:
        _check(work)
    except (subprocess.CalledProcessError, LookupError) as error:
        click.echo(f"The image check failed: {error}", err=True)
        return 1
    finally:
        shutil.rmtree(work)
    return 0


def _check(work: Path) -> None:
    began = time.monotonic()
    archive = root_file_system(CACHE)
    base, storage = base_image(), work / "storage"
    make_stand_in(storage, archive, base)
    click.echo(f"base: a stand-in for {base}, Debian's own, {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    fetch_wheels(work / "wheels")
    build(storage, work / "wheels")
    whole, below = size_of(storage, NAME), size_of(storage, base)
    click.echo(
        f"built: every step of the Dockerfile, {time.monotonic() - began:.0f} s; {whole / 1e6:.0f} MB, "
        f"{(whole - below) / 1e6:.0f} MB of it above the base"
    )
    _run(work, storage)


def _run(work: Path, storage: Path) -> None:
    root = buildah(storage, "mount", buildah(storage, "from", "--pull-never", NAME))
    (work / "data").mkdir()
    registry = work / "registry"
    registry.mkdir()
    shutil.copy(ROOT / "deploy" / "clients.example.toml", registry / "clients.toml")
    program = Path(sys.executable).with_name("calcification-cds")
    subprocess.run([program, "clients", "key", "ehr"], cwd=registry, check=True, stdout=subprocess.DEVNULL)
    config = work / "config.json"
    config.write_text(json.dumps(image_config(storage)))
    own = ["unshare", "--mount", "--net", "--ipc", "--uts"]
    inside = [sys.executable, "-m", "tests.image.inside", root, str(config), str(work)]
    subprocess.run([*own, *inside], check=True, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
