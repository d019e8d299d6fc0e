"""Calls of a registered client, each with a token of its own that is good at the true time."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path
from uuid import uuid4

import time_machine

from benchmarks.sign_offs import sign_offs
from tests.cds_service.golden import SIGN_OFF_PATH
from tests.load.calls import JSON, post
from tests.load.driving import Call
from tests.tokens import ISSUER, PUBLIC_URL, signed

LIFE = 290


def signed_calls(count: int, kind: str = "signed", jku: str | None = None) -> list[Call]:
    """So many sign-offs; ``jku`` is the registered address of the keys."""
    # The service under load knows the true time, whatever a test says the time is.
    now = int(time_machine.escape_hatch.time.time())
    header = {} if jku is None else {"jku": jku}
    calls = []
    for body in islice(cycle(list(sign_offs(50))), count):
        token = signed(
            aud=f"{PUBLIC_URL}{SIGN_OFF_PATH}", iat=now, exp=now + LIFE, jti=str(uuid4()), header=header
        )
        lines = [JSON, "X-Forwarded-Proto: https", f"Authorization: Bearer {token}"]
        calls.append(post(kind, body, *lines))
    return calls


def production(folder: Path, keys: str) -> dict[str, object]:
    """The settings of a service that knows one client; ``keys`` are the lines that say where its keys are."""
    registry = folder / "clients.toml"
    registry.write_text(f'[[clients]]\nissuer = "{ISSUER}"\n{keys}\n')
    return {
        "profile": "production",
        "public_url": PUBLIC_URL,
        "clients_file": registry,
        "trusted_proxies": "127.0.0.1",
        "drain_seconds": 0,
    }
