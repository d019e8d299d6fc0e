"""Build the Dockerfile with buildah: no daemon, no network but what the Dockerfile itself asks for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "Dockerfile"
NAME = "localhost/calcification-cds:check"
WHEELS = "/wheels"


def buildah(storage: Path, command: str, *words: str) -> str:
    """Run one buildah command on images kept below ``storage``; give what it printed.

    Raises CalledProcessError.
    """
    kept = ["--root", str(storage / "root"), "--runroot", str(storage / "run"), "--storage-driver", "vfs"]
    ran = subprocess.run(
        ["buildah", *kept, command, *words],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "BUILDAH_ISOLATION": "chroot", "HOME": str(storage)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return ran.stdout.strip()


def base_image() -> str:
    """The one image that every stage of the Dockerfile starts from."""
    named = set(re.findall(r"^FROM (\S+:\S+)", DOCKERFILE.read_text(), flags=re.MULTILINE))
    if len(named) != 1:
        raise LookupError(f"the Dockerfile starts from {sorted(named)}; one stand-in takes the place of one")
    return f"docker.io/library/{named.pop()}"


def fetch_wheels(folder: Path) -> None:
    """Fetch what the lock files name, by hash, for the Python of the image: this machine knows its index."""
    shutil.rmtree(folder, ignore_errors=True)
    names = ("run", "build", "compiled")
    locks = [word for name in names for word in ("-r", str(ROOT / "requirements" / f"{name}.txt"))]
    download = [sys.executable, "-m", "pip", "-qq", "download", "--no-deps", "--require-hashes"]
    image = ["--only-binary=:all:", "--python-version=3.11"]
    subprocess.run([*download, *image, "--dest", str(folder), *locks], check=True)


def fetched_wheels_env() -> list[str]:
    """The environment that makes pip inside the build take the fetched files and ask nobody."""
    return ["PIP_NO_INDEX=1", f"PIP_FIND_LINKS={WHEELS}"]


def build(storage: Path, wheels: Path) -> None:
    """Run every step of the Dockerfile."""
    # An index that is never asked keeps buildah from warning about a missing argument.
    buildah(
        storage,
        "bud",
        "--quiet",
        "--pull-never",
        "--format=docker",
        "--build-arg=PIP_INDEX_URL=none",
        f"--volume={wheels}:{WHEELS}:ro",
        f"--tag={NAME}",
        f"--file={DOCKERFILE}",
        str(ROOT),
    )


def image_config(storage: Path) -> dict[str, Any]:
    """What the image says about its start: User, Env, Cmd, WorkingDir, Healthcheck, ExposedPorts."""
    told = json.loads(buildah(storage, "inspect", "--type=image", NAME))
    config: dict[str, Any] = told["Docker"]["config"]
    return config


def size_of(storage: Path, name: str) -> int:
    """Bytes of an image's files."""
    mounted = buildah(storage, "mount", buildah(storage, "from", "--pull-never", name))
    files = subprocess.run(["du", "-sb", mounted], capture_output=True, text=True, check=True).stdout
    return int(files.split()[0])
