"""What runs side by side: each variant is one program with one worker that answers the same sign-offs."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.caller import PATH, Signer, signer
from benchmarks.figures import BASE
from benchmarks.sign_offs import Json

NAMES = ("service", "rs384", "es384", "healthchain")
ROOT = Path(__file__).resolve().parent.parent
HEALTHCHAIN_APP = ROOT / "benchmarks" / "healthchain_app.py"
HEALTHCHAIN_PYTHON = ROOT / ".make" / "third-party" / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Variant:
    """One program: the command that serves it on a port, and how a request to it looks.

    ``environment`` is added to that of this process. With a ``signer`` each request carries a token.
    """

    name: str
    title: str
    command: Callable[[int], Sequence[str]]
    environment: dict[str, str]
    path: str
    bodies: Sequence[bytes]
    signer: Signer | None = None


def variants(
    names: Iterable[str], sign_offs: Sequence[Json], answer_bytes: int, folder: Path
) -> list[Variant]:
    """Make the variants of these names ready; ``folder`` takes their databases and registries."""
    bodies = [orjson.dumps(each) for each in sign_offs]
    size = {"IDLE_ANSWER_BYTES": str(answer_bytes)}

    def service(name: str, title: str, algorithm: str | None = None) -> Variant:
        home = folder / name
        home.mkdir()
        one = None if algorithm is None else signer(algorithm)
        settings = {"profile": "development"} if one is None else one.settings(home)
        settings |= {
            "database_url": f"sqlite:///{home / 'bench.sqlite3'}",
            "metrics_port": str(free_port()),
            "drain_seconds": "0",
        }
        environment = {f"CALCIFICATION_CDS_{key.upper()}": value for key, value in settings.items()}
        return Variant(name, title, _serve, environment, PATH, bodies, one)

    def healthchain() -> Variant:
        views = [orjson.dumps(as_patient_view(each)) for each in sign_offs]
        return Variant(
            "healthchain",
            "HealthChain, one fixed card",
            lambda port: (str(HEALTHCHAIN_PYTHON), str(HEALTHCHAIN_APP), str(port)),
            size,
            "/cds/cds-services/fixed-card",
            views,
        )

    makers: dict[str, Callable[[], Variant]] = {
        BASE: lambda: Variant(BASE, "Do-nothing service", _idle, size, PATH, bodies),
        "service": lambda: service("service", "This service, authentication off"),
        "rs384": lambda: service("rs384", "This service, RS384", "RS384"),
        "es384": lambda: service("es384", "This service, ES384", "ES384"),
        "healthchain": healthchain,
    }
    return [makers[name]() for name in names]


def as_patient_view(sign_off: Json) -> Json:
    """Tell the same resources as prefetch of patient-view: HealthChain knows no sign-off of a report."""
    context = sign_off["context"]
    assert isinstance(context, dict)
    return {
        "hook": "patient-view",
        "hookInstance": sign_off["hookInstance"],
        "context": {"userId": context["userId"], "patientId": context["patientId"]},
        "prefetch": {"report": context["report"]},
    }


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(port: int) -> Sequence[str]:
    return (sys.executable, "-m", "cds_service", "serve", "--port", str(port))


def _idle(port: int) -> Sequence[str]:
    return (sys.executable, "-m", "benchmarks.serve", "benchmarks.idle:app", str(port))
