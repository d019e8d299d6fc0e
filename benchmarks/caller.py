"""The caller of the authenticated variants: a key pair, a registry with its public key, and fresh tokens."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

ISSUER = "https://ehr.example.org"
PUBLIC_URL = "https://cds.example.org"
PATH = "/cds-services/breast-calcification-report-sign"
LIFE_SECONDS = 3600


@dataclass(frozen=True)
class Signer:
    """Signs for one client with one key. No two tokens of a signer have the same ``jti``."""

    algorithm: str
    key: RSAKey | ECKey = field(repr=False)
    numbers: itertools.count[int] = field(default_factory=itertools.count, repr=False)

    def sign(self, count: int) -> list[str]:
        """Make that many tokens, good from now on for an hour: a busy machine may take long."""
        now = int(time.time())
        header = {"alg": self.algorithm, "typ": "JWT", "kid": "bench"}
        claims = {"iss": ISSUER, "aud": f"{PUBLIC_URL}{PATH}", "iat": now, "exp": now + LIFE_SECONDS}
        return [
            jwt.encode(header, {**claims, "jti": f"{now}-{number}"}, self.key, algorithms=[self.algorithm])
            for number in itertools.islice(self.numbers, count)
        ]

    def settings(self, folder: Path) -> dict[str, str]:
        """Register the caller in a clients.toml below ``folder``: the settings of a service that knows it.

        The service runs as in production, and takes this machine for the proxy that ended TLS.
        """
        keys = {"keys": [self.key.as_dict(private=False, kid="bench")]}
        (folder / "jwks.json").write_bytes(orjson.dumps(keys))
        path = folder / "clients.toml"
        path.write_text(
            f'[[clients]]\nissuer = "{ISSUER}"\njwks_file = "jwks.json"\nrate_per_minute = 1_000_000\n'
            f"token_life_seconds = {LIFE_SECONDS}\n"
        )
        return {
            "profile": "production",
            "public_url": PUBLIC_URL,
            "clients_file": str(path),
            "trusted_proxies": "127.0.0.1",
        }


def signer(algorithm: str) -> Signer:
    """Make a new key pair for RS384 (2048 bits) or ES384."""
    made = RSAKey.generate_key(2048) if algorithm == "RS384" else ECKey.generate_key("P-384")
    return Signer(algorithm, made)
