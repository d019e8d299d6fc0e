"""deploy/compose.yaml: valid by the schema of the compose specification, and as safe as it says."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cds_service.server import STOP_SECONDS
from cds_service.settings import DRAIN_SECONDS, PREFIX, load_settings
from cds_service.storage.engine import POOL_OVERFLOW, POOL_SIZE
from tests.third_party.programs import NODE_PACKAGES, ROOT, node

COMPOSE = ROOT / "deploy" / "compose.yaml"
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()
FILE: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = ("migrate", "service-1", "service-2")
# What it stands in the file for, and what somebody gets wrong in it.
BROKEN = [
    ("read_only: true", "readonly: true"),
    ("condition: service_healthy", "condition: healthy"),
    ("stop_grace_period: 30s", "stop_grace_period: [30s]"),
    ("interval: 10s", "intervall: 10s"),
]


def lint(file: Path) -> subprocess.CompletedProcess[str]:
    """Check a file with dclint, which carries the schema; its advice about style is not asked for."""
    program = NODE_PACKAGES / "dclint" / "bin" / "dclint.cjs"
    return subprocess.run([node(), program, "--quiet", file], capture_output=True, text=True, check=False)


def test_the_file_is_valid() -> None:
    """Nothing in it is unknown to the compose specification."""
    checked = lint(COMPOSE)
    assert (checked.returncode, checked.stdout.strip()) == (0, "")


@pytest.mark.parametrize(("given", "broken"), BROKEN)
def test_the_check_would_notice(tmp_path: Path, given: str, broken: str) -> None:
    """A misspelt name or a value of the wrong kind makes the same check fail."""
    text = COMPOSE.read_text()
    assert given in text
    file = tmp_path / "compose.yaml"
    file.write_text(text.replace(given, broken))
    assert lint(file).returncode == 1


@pytest.mark.parametrize("name", OURS)
def test_what_runs_the_image_has_no_rights(name: str) -> None:
    """The service and its migration: nothing to write to but memory, no capability, no way to gain one."""
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {each["read_only"] for each in service["volumes"]} == {True}


@pytest.mark.parametrize("name", list(SERVICES))
def test_no_secret_stands_in_the_file(name: str) -> None:
    """Passwords, addresses with passwords and private keys come from files that the top of the file names."""
    service = SERVICES[name]
    assert set(service.get("secrets", [])) <= set(FILE["secrets"])
    for variable, value in service.get("environment", {}).items():
        is_secret = any(word in variable for word in ("PASSWORD", "DATABASE_URL", "KEY"))
        assert not is_secret or (variable.endswith("_FILE") and value.startswith("/run/secrets/"))
    assert {each["file"].rpartition("/")[0] for each in FILE["secrets"].values()} == {"./secrets"}


def test_the_tables_are_ready_before_the_service() -> None:
    """The database is healthy before the migration runs; the migration has ended well before a replica
    starts; a replica is healthy before the proxy starts."""
    order = {
        name: {other: how["condition"] for other, how in SERVICES[name].get("depends_on", {}).items()}
        for name in SERVICES
    }
    assert order == {
        "database": {},
        "migrate": {"database": "service_healthy"},
        "service-1": {"migrate": "service_completed_successfully"},
        "service-2": {"migrate": "service_completed_successfully"},
        "proxy": {"service-1": "service_healthy", "service-2": "service_healthy"},
    }
    assert (SERVICES["migrate"]["command"], SERVICES["migrate"]["restart"]) == (
        ["calcification-cds", "database", "upgrade"],
        "no",
    )


def test_the_settings_are_accepted(tmp_path: Path) -> None:
    """The service starts in production with the environment that the file gives it, the files being there."""
    url = "postgresql://cds:a-password@database/cds"
    (tmp_path / "database-url").write_text(f"{url}\n")
    (tmp_path / "clients.toml").touch()
    places = {"/run/secrets": str(tmp_path), "/etc/calcification-cds": str(tmp_path)}
    for name in OURS:
        given = dict(SERVICES[name]["environment"])
        assert given.pop(f"{PREFIX}PUBLIC_URL").startswith("${CDS_PUBLIC_URL:?")
        for place, here in places.items():
            given = {variable: value.replace(place, here) for variable, value in given.items()}
        fixed = {f"{PREFIX}PUBLIC_URL": "https://cds.example.org", f"{PREFIX}PROFILE": "production"}
        assert load_settings(given | fixed).database_url == url


def test_the_database_takes_every_connection_of_every_worker() -> None:
    """Two pools a worker, each as large as it may get: all workers of all replicas, and ten more."""
    words = SERVICES["service-1"]["command"]
    workers = 2 * int(words[words.index("--workers") + 1])
    most = int(SERVICES["database"]["command"][-1].removeprefix("max_connections="))
    assert most >= workers * 2 * (POOL_SIZE + POOL_OVERFLOW) + 10
    page = (ROOT / "docs" / "operations.md").read_text()
    assert f"at most {2 * (POOL_SIZE + POOL_OVERFLOW)} connections" in page


def test_everything_that_stays_up_is_watched() -> None:
    """Each service but the migration has a health check."""
    watched = {name for name in SERVICES if "test" in SERVICES[name].get("healthcheck", {})}
    assert watched == set(SERVICES) - {"migrate"}


def test_the_proxy_knows_the_replicas_and_they_know_it() -> None:
    """Each replica's fixed address stands in nginx.conf with the port it serves; X-Forwarded-Proto is
    believed from the proxy's fixed address alone; the proxy's files are where nginx.conf says."""
    replicas = [name for name in SERVICES if name.startswith("service-")]
    for name in replicas:
        service = SERVICES[name]
        address = service["networks"]["front"]["ipv4_address"]
        port = service["command"][service["command"].index("--port") + 1]
        assert f"server {address}:{port} " in NGINX
        trusted = service["environment"]["CALCIFICATION_CDS_TRUSTED_PROXIES"]
        assert trusted == SERVICES["proxy"]["networks"]["front"]["ipv4_address"]
    assert NGINX.count("max_fails") == len(replicas) == 2
    (scratch,) = SERVICES["proxy"]["tmpfs"]
    assert NGINX.count("_temp_path ") == NGINX.count(f"_temp_path {scratch}/") == 5
    assert f"pid {scratch}/nginx.pid;" in NGINX
    for secret in SERVICES["proxy"]["secrets"]:
        assert f"/run/secrets/{secret};" in NGINX
    assert SERVICES["proxy"]["ports"] == ["0.0.0.0:443:8443"]
    assert "listen 8443 ssl;" in NGINX


def test_nobody_outside_reaches_the_database() -> None:
    """Only the proxy has a port on the machine; the database is in the inner network alone."""
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["proxy"]
    assert SERVICES["database"]["networks"] == ["back"]
    assert FILE["networks"]["back"] == {"internal": True}


def test_there_is_time_to_end() -> None:
    """What a container is given to stop exceeds what the service takes: it drains, and ends its answers."""
    seconds = int(SERVICES["service-1"]["stop_grace_period"].removesuffix("s"))
    assert seconds > DRAIN_SECONDS["production"] + STOP_SECONDS
