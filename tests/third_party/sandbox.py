"""What the public CDS Hooks sandbox really sends (seen in a browser): headers, tokens, bodies.

Its own issuer cannot be registered, because everybody has its key; the tokens here have its form, and a
key made for this run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import time_machine

from tests.tokens import ec_key, jwk, key_set, signed

SANDBOX_ORIGIN = "https://sandbox.cds-hooks.org"
SANDBOX_ISSUER = "https://sandbox.cds-hooks.org"
KID = "44823f3d-0b01-4a6c-a80e-b9d3e8a7226f"


@dataclass(frozen=True)
class Sandbox:
    """A client whose tokens are made as the sandbox makes its own."""

    issuer: str
    jku: str

    def token(self, audience: str) -> str:
        """A fresh ES384 token for exactly this address, good for five minutes."""
        now = int(time_machine.escape_hatch.time.time())
        claims: dict[str, Any] = {"aud": audience, "iat": now, "exp": now + 300, "jti": str(uuid4())}
        key = ec_key("sandbox")
        return signed(key, kid=KID, header={"jku": self.jku, "typ": "JWT"}, iss=self.issuer, **claims)

    def headers(self, audience: str) -> dict[str, str]:
        """The headers of its calls."""
        return {
            "Origin": SANDBOX_ORIGIN,
            "Authorization": f"Bearer {self.token(audience)}",
            "Content_Type": "application/json",
        }


SANDBOX = Sandbox("https://ehr.example.org", f"{SANDBOX_ISSUER}/.well-known/jwks.json")


def public_key_set() -> bytes:
    """The public key, as it is pinned."""
    return key_set(jwk(ec_key("sandbox"), KID))
