"""A stand-in for the base image: Debian bookworm with its own Python 3.11, under the name of the true one.

It has what the Dockerfile leans on: ``python`` with its headers, and ``pip``, on the path, outside the
system's own packages, as in the official image. It tests the Dockerfile's steps, user, paths and start, not
the official base.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.image.building import buildah, fetched_wheels_env

SUITE = "bookworm"
PACKAGES = "python3,python3-dev,python3-venv,ca-certificates"
# Debian marks its Python as not to be changed by pip; the official image has no such mark. pip itself comes
# out of the wheels that python3-venv brings.
LIKE_THE_OFFICIAL = """
ln -s /usr/bin/python3.11 /usr/local/bin/python
ln -s /usr/bin/python3.11 /usr/local/bin/python3
rm /usr/lib/python3.11/EXTERNALLY-MANAGED
cd /usr/share/python-wheels
set -- pip-*.whl setuptools-*.whl
python "$1/pip" install --quiet --no-index --root-user-action=ignore "$1" "$2"
"""
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


def mirror() -> str:
    """The address that this machine's apt gets Debian from."""
    wanted = ("apt-get", "indextargets", "--format", "$(REPO_URI)", f"Codename: {SUITE}", "Component: main")
    found = subprocess.run(wanted, capture_output=True, text=True, check=True).stdout.split()
    if not found:
        raise LookupError(f"apt has no source of {SUITE}; the stand-in base is made from it")
    return found[0]


def root_file_system(folder: Path) -> Path:
    """Make the archive of a small Debian, or give the one that an earlier run left in ``folder``."""
    archive = folder / f"{SUITE}-with-headers.tar"
    if archive.exists():
        return archive
    fresh = folder / "debootstrap"
    shutil.rmtree(fresh, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(fresh), mirror()]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    partial = archive.with_suffix(".partial")
    subprocess.run(["tar", "-C", str(fresh), "-cf", str(partial), "."], check=True)
    partial.rename(archive)
    shutil.rmtree(fresh)
    return archive


def make_stand_in(storage: Path, archive: Path, name: str) -> None:
    """Commit the stand-in as the image ``name``."""
    container = buildah(storage, "from", "scratch")
    buildah(storage, "add", "--quiet", container, str(archive), "/")
    buildah(storage, "run", container, "--", "sh", "-euc", LIKE_THE_OFFICIAL)
    environment = [f"PATH={PATH}", *fetched_wheels_env()]
    buildah(storage, "config", *(word for pair in environment for word in ("--env", pair)), container)
    buildah(storage, "commit", "--quiet", "--rm", container, name)
