"""A JWK Set -> Keys: the public keys of one client, by kid."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, RSAKey

MOST_KEYS = 20
FEWEST_RSA_BITS = 2048
MOST_KID_CHARACTERS = 255

# alg -> (kty, curve). Everything else, and above all "none" and HS*, is not known here.
ALGORITHMS: Mapping[str, tuple[str, str | None]] = {
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "PS256": ("RSA", None),
    "PS384": ("RSA", None),
    "PS512": ("RSA", None),
}

# What a private key holds and a public one does not (RFC 7518).
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class Key:
    """One public key. ``use``, ``operations`` and ``algorithm`` are as stated in the JWK, if they are."""

    kid: str
    kty: str
    curve: str | None
    bits: int
    use: str | None
    operations: tuple[str, ...] | None
    algorithm: str | None
    public: RSAKey | ECKey = field(repr=False)

    def fits(self, algorithm: str) -> bool:
        """Say whether this key may verify a signature made with ``algorithm`` (CH-184)."""
        return (
            ALGORITHMS[algorithm] == (self.kty, self.curve)
            and self.use in (None, "sig")
            and (self.operations is None or "verify" in self.operations)
            and self.algorithm in (None, algorithm)
        )

    @property
    def is_weak(self) -> bool:
        """Say whether the key is too short to be trusted."""
        return self.kty == "RSA" and self.bits < FEWEST_RSA_BITS


Keys = Mapping[str, tuple[Key, ...]]
"""The keys of one client by kid. More than one under a kid makes that kid unusable."""


class BadKeySet(ValueError):
    """A key set that is no use; the message says why and holds no key."""


def read_keys(data: bytes) -> Keys:
    """Read a JWK Set. A key that cannot be used here (other kty, no kid, malformed) is passed over.

    Raises BadKeySet when it is no JWK Set, has more than 20 keys, or none that is of use.
    """
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BadKeySet("is not JSON") from None
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list):
        raise BadKeySet("is not a JWK Set: it has no array keys")
    if len(members) > MOST_KEYS:
        raise BadKeySet(f"has more than {MOST_KEYS} keys")
    found: dict[str, tuple[Key, ...]] = {}
    for member in members:
        key = read_key(member)
        if key is not None:
            found[key.kid] = (*found.get(key.kid, ()), key)
    if not found:
        raise BadKeySet("has no key that can be used: RSA or EC with a kid")
    return found


def read_key(member: object) -> Key | None:
    """Read one JWK; None when it is not an RSA or EC key with a kid."""
    if not isinstance(member, dict):
        return None
    jwk: dict[str, Any] = member
    kid, kty = jwk.get("kid"), jwk.get("kty")
    if not isinstance(kid, str) or not 0 < len(kid) <= MOST_KID_CHARACTERS or kty not in ("RSA", "EC"):
        return None
    public = {name: value for name, value in jwk.items() if name in ("kty", "n", "e", "crv", "x", "y")}
    try:
        with warnings.catch_warnings():
            # A short key is not a matter of opinion here: whoever signs with it is refused by is_weak.
            warnings.simplefilter("ignore", SecurityWarning)
            imported = RSAKey.import_key(public) if kty == "RSA" else ECKey.import_key(public)
        size = imported.public_key.key_size
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
    operations = jwk.get("key_ops")
    return Key(
        kid,
        kty,
        public.get("crv"),
        size,
        _text(jwk.get("use")),
        tuple(map(str, operations)) if isinstance(operations, list) else None,
        _text(jwk.get("alg")),
        imported,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def holds_private_key(data: bytes) -> bool:
    """Say whether a JWK Set has a secret in it, which nobody but its owner may have."""
    document = orjson.loads(data)
    return any(PRIVATE_MEMBERS & key.keys() for key in document["keys"] if isinstance(key, dict))
