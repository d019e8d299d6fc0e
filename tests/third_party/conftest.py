"""The stand-ins: two FHIR servers, one of them a second time behind TLS and a token, and our service twice.

They are started once for all tests of this folder, at the same time, and stopped by their process.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.golden import PUBLIC_URL
from tests.postgresql import free_port
from tests.third_party.programs import (
    HERE,
    ROOT,
    Server,
    command_line,
    environment,
    node,
    start,
    third_party_python,
)
from tests.third_party.sandbox import SANDBOX, SANDBOX_ORIGIN, public_key_set
from tests.tls import Authority

TOKEN = "fhir-token-7f3a"


@dataclass(frozen=True)
class StandIns:
    """Everything that runs. ``guarded_sekmet`` asks for a token over TLS and sends absolute references;
    ``production`` is our service with registered clients, over TLS."""

    sekmet: Server
    medplum: Server
    guarded_sekmet: Server
    service: Server
    production: Server

    def fhir_server(self, name: str) -> Server:
        """One of the two open servers by its name."""
        return {"sekmet": self.sekmet, "medplum": self.medplum}[name]


def _sekmet(name: str, folder: Path, tls: tuple[Path, Path] | None = None, **rest: str | Path) -> Server:
    port = free_port()
    base = f"{'http' if tls is None else 'https'}://127.0.0.1:{port}/fhir"
    own = folder / name
    own.mkdir()
    lines = [f"base_url: {base}", "host: 127.0.0.1", f"port: {port}", f"data_dir: {own / 'data'}"]
    lines.append("simulator: {enabled: false}")
    if tls is not None:
        lines += [f"tls_certfile: {tls[0]}", f"tls_keyfile: {tls[1]}"]
        lines.append(f"server_auth: {{types: [bearer], tokens: [{TOKEN}]}}")
        lines.append("server_behaviour: {absolute_references: true}")
    (own / "settings.yaml").write_text("\n".join(lines) + "\n")
    program = str(Path(third_party_python()).with_name("sekmet"))
    return start(name, base, [program, "serve", "-c", str(own / "settings.yaml")], own, **rest)


def _medplum(folder: Path) -> Server:
    port = free_port()
    command = [node(), str(HERE / "medplum_server.mjs"), str(port)]
    return start("medplum", f"http://127.0.0.1:{port}/fhir/R4", command, folder, cwd=HERE)


def _served(
    name: str,
    folder: Path,
    tls: tuple[Path, Path] | None = None,
    trusted: Path | None = None,
    **settings: str,
) -> Server:
    port = free_port()
    base = f"{'http' if tls is None else 'https'}://127.0.0.1:{port}"
    files = [] if tls is None else [str(each) for each in tls]
    named = {"public_url": base, "database_url": f"sqlite:///{folder / name}.sqlite3", **settings}
    if tls is not None:
        named |= {"tls_certificate_file": files[0], "tls_key_file": files[1]}
    command = [command_line()[0], "-m", "tests.third_party.served", str(port), *files]
    env = environment(**named) | {"PYTHONPATH": str(ROOT)}
    return start(name, base, command, folder, env, ca_file=trusted)


def _registry(folder: Path, fhir: str) -> Path:
    """A registry with one client: an EHR whose tokens are those of the public sandbox."""
    (folder / "ehr.json").write_bytes(public_key_set())
    path = folder / "clients.toml"
    path.write_text(
        f"""
[[clients]]
issuer = "{SANDBOX.issuer}"
jwks_file = "ehr.json"
jku = "{SANDBOX.jku}"
cors_origins = ["{SANDBOX_ORIGIN}"]
fhir = [{{ base = "{fhir}", allow_port = true }}]
"""
    )
    return path


@pytest.fixture(scope="session")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIns]:
    """Start everything at once, wait until all of it answers, and put the golden cases on each server."""
    folder = tmp_path_factory.mktemp("third-party")
    authority = Authority(folder)
    tls = authority.certificate_for("127.0.0.1")
    node(), third_party_python()
    running: list[Server] = []
    try:
        running.append(_sekmet("sekmet", folder))
        running.append(_medplum(folder))
        running.append(_sekmet("guarded_sekmet", folder, tls, token=TOKEN, ca_file=authority.ca_file))
        sekmet, medplum, guarded = running
        registry = str(_registry(folder, guarded.base))
        servers = f"{sekmet.base} {medplum.base}"
        # The stand-ins share two processors with other tests; what is slow here is not what is tested.
        budget = {"fhir_budget_ms": "2000"}
        open_to = {"development_fhir_servers": servers, "clients_file": registry}
        # Cards are to be those of the golden cases, and those were made for this address.
        running.append(_served("service", folder, public_url=PUBLIC_URL, **open_to, **budget))
        running.append(
            _served(
                "production",
                folder,
                tls,
                authority.ca_file,
                profile="production",
                clients_file=registry,
                ca_file=str(authority.ca_file),
                **budget,
            )
        )
        for server in running:
            server.wait("/Patient?_count=1" if "fhir" in server.base else "/readyz")
        _seed(folder, sekmet, medplum, guarded)
        yield StandIns(*running)
    finally:
        for server in running:
            server.stop()


def _seed(folder: Path, *servers: Server) -> None:
    (folder / "token.txt").write_text(TOKEN)
    seeding = [
        subprocess.Popen(
            command_line("seed", *partner_options(server, folder)),
            env=environment(),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        for server in servers
    ]
    assert [process.wait(180) for process in seeding] == [0] * len(servers)


def partner_options(server: Server, folder: Path) -> list[str]:
    """How a command is told to reach a server."""
    options = ["--fhir-server", server.base]
    if server.token is not None:
        options += ["--token-file", str(folder / "token.txt")]
    if server.ca_file is not None:
        options += ["--ca-file", str(server.ca_file)]
    return options


@pytest.fixture(scope="session")
def token_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the token of the guarded server."""
    path = tmp_path_factory.mktemp("token") / "token.txt"
    path.write_text(f"{TOKEN}\n")
    return path


@pytest.fixture(params=["sekmet", "medplum"])
def fhir_server(request: pytest.FixtureRequest, stand_ins: StandIns) -> Server:
    """Each of the two open FHIR servers in turn."""
    return stand_ins.fhir_server(request.param)
