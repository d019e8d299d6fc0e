"""What documented commands assume: a checkout, files, a FHIR server, a service. All of it on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from runpy import run_path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from joserfc.jwk import ECKey

from cds_service.demo import CASE
from cds_service.ehr.seeds import seeds
from tests.cds_service.fhir.stub_fhir import fhir
from tests.documents.blocks import ROOT
from tests.documents.shim import stop
from tests.postgresql import free_port
from tests.stub_server import StubServer
from tests.tls import Authority

tracked_files = run_path(str(ROOT / ".ci" / "tidy.py"))["tracked_files"]

ISSUERS = {
    "ehr": "https://ehr.example.org",
    "trial": "https://trial.example.org",
    "probe": "https://probe.example.org",
}
CODES = "concept,system,code,display,source,verified,note\namorphous,https://codes.example.org,A1,Amorphous,site,true,\n"
POLICY = 'guideline_profile = "uspstf_2024"\n'
FACTS = (
    '{"assessment_overall": "2", "findings": [{"morphology": ["amorphous"]}]}\n{"assessment_overall": "4B"}\n'
)


class FhirMemory:
    """A FHIR server with the golden cases that keeps what is PUT. Its report 4711 is a copy of mg-003."""

    def __init__(self, server: StubServer) -> None:
        self.server = server
        self.held: dict[str, dict[str, Any]] = {}
        for resource in seeds():
            self.held.setdefault(resource["resourceType"], {})[resource["id"]] = resource
        reports = self.held["DiagnosticReport"]
        reports["4711"] = reports["mg-003"] | {"id": "4711"}
        server.answer = self._answer

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        kind, _, ident = parts.path.removeprefix("/fhir/").partition("/")
        if handler.command == "PUT":
            self.held.setdefault(kind, {})[ident] = orjson.loads(self.server.asked[-1].body)
            fhir(self.held[kind][ident])(handler)
        elif kind == "metadata":
            fhir({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})(handler)
        elif ident:
            found = self.held.get(kind, {}).get(ident)
            fhir(found or {"resourceType": "OperationOutcome"}, 200 if found else 404)(handler)
        else:
            patient = parse_qs(parts.query).get("patient", [None])[0]
            hits = [
                each for each in self.held.get(kind, {}).values() if patient is None or _of(each, patient)
            ]
            entries = [{"resource": each, "search": {"mode": "match"}} for each in hits]
            fhir({"resourceType": "Bundle", "type": "searchset", "total": len(hits), "entry": entries})(
                handler
            )


def _of(resource: Any, patient: str) -> bool:
    names = (resource.get(member, {}).get("reference", "") for member in ("subject", "patient"))
    return f"Patient/{patient.rpartition('/')[2]}" in names


class World:
    """A working directory for one page, and what stands in for the rest of the world."""

    def __init__(self, folder: Path, fhir_base: str, *, with_checkout: bool) -> None:
        self.folder = folder
        self.checkout = folder / "checkout"
        self.checkout.mkdir()
        for path in tracked_files() if with_checkout else ():
            target = self.checkout / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
        (self.checkout / ".venv").symlink_to(Path(sys.executable).parents[1])
        self.http = f"http://127.0.0.1:{free_port()}"
        self.https = f"https://127.0.0.1:{free_port()}"
        self.fhir = fhir_base
        self.authority = Authority(folder)

    def prepare(self, script: str) -> str:
        """Lay out the files that a script does not make itself; give it with the stand-ins' addresses."""
        keys = [name for name in ISSUERS if f"clients key {name}" not in script]
        for name in keys:
            self._key_pair(name)
        certificate, secret = self.authority.certificate_for("127.0.0.1")
        shutil.copy(certificate, self.checkout / "cds.pem")
        shutil.copy(secret, self.checkout / "cds.key")
        request = (ROOT / "fixtures" / CASE / "request.json").read_bytes()
        files = {
            "request.json": request,
            "bundle.json": orjson.dumps(orjson.loads(request)["context"]["report"]),
            "facts.jsonl": FACTS.encode(),
            "facts.json": FACTS.splitlines()[0].encode(),
            "policy.toml": POLICY.encode(),
            "codes.csv": CODES.encode(),
            "token.txt": b"a-token",
            "callers.toml": _registry(keys).encode(),
        }
        if "clients.example.toml clients.toml" not in script:
            files["clients.toml"] = files["callers.toml"]
        for name, content in files.items():
            (self.checkout / name).write_bytes(content)
        for address, stand_in in (
            ("http://127.0.0.1:8000", self.http),
            ("https://cds.example.org", self.https),
            ("http://127.0.0.1:8080/fhir", self.fhir),
            ("https://fhir.example.org/r4", self.fhir),
            (".venv/bin/", ""),
        ):
            script = script.replace(address, stand_in)
        return self._first(script)

    def _first(self, script: str) -> str:
        """Start what a script calls and does not start itself."""
        first = ["calcification-cds database upgrade"] if "audit export" in script else []
        if "serve" not in re.findall(r"(?:calcification-cds|make) (\w+)", script):
            if self.https in script:
                production = f"PROFILE=production PUBLIC_URL={self.https} CLIENTS_FILE=callers.toml"
                named = " ".join(f"CALCIFICATION_CDS_{each}" for each in production.split())
                words = "serve --tls-certificate cds.pem --tls-key cds.key"
                first.append(f"{named} calcification-cds {words}")
            if self.http in script:
                own = f"CALCIFICATION_CDS_DEVELOPMENT_FHIR_SERVERS={self.fhir}"
                first.append(f"{own} calcification-cds serve")
        return "\n".join([*first, script])

    def _key_pair(self, name: str) -> None:
        key = ECKey.generate_key("P-384", parameters={"kid": name, "use": "sig", "alg": "ES384"})
        private = orjson.dumps(key.as_dict(private=True))
        for file in (f"{name}.private.jwk", f"{name}.jwk"):
            (self.checkout / file).write_bytes(private)
        public = orjson.dumps({"keys": [key.as_dict(private=False)]})
        (self.checkout / f"{name}.jwks.json").write_bytes(public)

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script as one terminal would, and stop at the first command that fails."""
        tools = self.folder / "tools"
        tools.mkdir()
        shim = ROOT / "tests" / "documents" / "shim.py"
        for program in ("calcification-cds", "make"):
            path = tools / program
            path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{shim}" {program} "$@"\n')
            path.chmod(0o755)
        system = os.environ["PATH"].replace(f"{Path(sys.executable).parent}:", "")
        real = f"{Path(sys.executable).parent}:{system}"
        environment = {
            "PATH": f"{tools}:{real}",
            "WORLD_PATH": real,
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "COLUMNS": "120",
            "WORLD_FOLDER": str(self.folder),
            "WORLD_HTTP": self.http,
            "WORLD_HTTPS": self.https,
            "WORLD_PORT": self.http.rpartition(":")[2],
            "WORLD_CA": str(self.authority.ca_file),
        }
        return subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", script],
            cwd=self.checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def _registry(names: list[str]) -> str:
    return "\n".join(
        f'[[clients]]\nissuer = "{ISSUERS[name]}"\njwks_file = "{name}.jwks.json"\n' for name in names
    )


@contextmanager
def world(folder: Path, *, with_checkout: bool) -> Iterator[World]:
    """Make one, and stop what it started at the end."""
    with StubServer() as server:
        FhirMemory(server)
        made = World(folder, f"{server.url}/fhir", with_checkout=with_checkout)
        try:
            yield made
        finally:
            stop(folder)
