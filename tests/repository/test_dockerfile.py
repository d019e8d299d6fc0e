"""The image starts with the command that the Dockerfile names, or says what it lacks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from cds_service.alive import is_alive
from cds_service.demo import running_service
from tests.postgresql import free_port

DOCKERFILE = (Path(__file__).resolve().parents[2] / "Dockerfile").read_text()
(COMMAND,) = (json.loads(words) for words in re.findall(r"^CMD (\[.*\])$", DOCKERFILE, flags=re.MULTILINE))


def test_without_settings_the_image_says_what_it_lacks(tmp_path: Path) -> None:
    """The default command in the image's profile ends with status 4 and names each setting it needs."""
    assert "CALCIFICATION_CDS_PROFILE=production" in DOCKERFILE
    ran = subprocess.run(
        [Path(sys.executable).with_name(COMMAND[0]), *COMMAND[1:]],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "CALCIFICATION_CDS_PROFILE": "production"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 4
    assert re.findall(r"CALCIFICATION_CDS_(\w+):", ran.stderr) == [
        "PUBLIC_URL",
        "CLIENTS_FILE",
        "TRUSTED_PROXIES",
    ]


def test_the_comment_of_the_image_names_the_settings_it_needs() -> None:
    """Whoever reads the Dockerfile learns the same names."""
    said = set(re.findall(r"^#.*", DOCKERFILE, flags=re.MULTILINE))
    named = {name for line in said for name in re.findall(r"CALCIFICATION_CDS_(\w+)", line)}
    assert named == {"PUBLIC_URL", "CLIENTS_FILE", "TRUSTED_PROXIES", "DATABASE_URL"}


def test_the_health_check_asks_the_port_that_the_image_serves() -> None:
    """Health check, default command and EXPOSE speak of one port, and the check is the module below."""
    port = COMMAND[COMMAND.index("--port") + 1]
    assert re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, flags=re.MULTILINE) == [port] == ["8000"]
    assert 'CMD ["python", "-m", "cds_service.alive"]' in DOCKERFILE


def test_the_health_check_tells_a_living_service_from_none() -> None:
    """Over plain http, as behind a proxy, a service that answers is alive and no service is not."""
    with running_service() as base:
        assert is_alive(urlsplit(base).port or 0, None)
    assert not is_alive(free_port(), None)
