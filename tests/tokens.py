"""Tokens, good and forged: with PyJWT, a second implementation, and by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://ehr.example.org"
PUBLIC_URL = "https://cds.example.org"
ENDPOINT = f"{PUBLIC_URL}/cds-services"
# The moment at which every test stands still, in seconds since 1970.
NOW = 1777896000

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(name: str = "rsa", bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key for this run; the name makes several of one size."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str = "ec", curve: str = "P-384") -> ec.EllipticCurvePrivateKey:
    """An elliptic curve key for this run."""
    curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
    return ec.generate_private_key(curves[curve])


def jwk(key: Private, kid: str | None, **members: Any) -> dict[str, Any]:
    """The public JWK of a key."""
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    public: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))  # type: ignore[arg-type]
    public.pop("key_ops", None)
    return public | ({} if kid is None else {"kid": kid}) | members


def key_set(*keys: dict[str, Any]) -> bytes:
    """A JWK Set as a server sends it."""
    return json.dumps({"keys": keys}).encode()


def registered_keys() -> bytes:
    """The key set of ISSUER: one good key of each kind, and some that must not be used."""
    return key_set(
        jwk(rsa_key(), "rsa"),
        jwk(ec_key(), "ec"),
        jwk(ec_key("ec-256", "P-256"), "ec-256"),
        jwk(rsa_key("short", 1024), "short"),
        jwk(rsa_key("encryption"), "encryption", use="enc"),
        jwk(rsa_key("wrapping"), "wrapping", key_ops=["wrapKey"]),
        jwk(rsa_key("other-alg"), "other-alg", alg="RS512"),
        jwk(ec_key("twin-a"), "twin"),
        jwk(ec_key("twin-b"), "twin"),
    )


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good token, with changes; a change to None leaves the claim out."""
    good = {"iss": ISSUER, "aud": ENDPOINT, "iat": NOW, "exp": NOW + 300, "jti": "1"}
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(
    key: Private | str | None = None,
    alg: str = "ES384",
    *,
    kid: str | None = "ec",
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    """A token signed by PyJWT: good unless something is changed."""
    headers: dict[str, Any] = ({} if kid is None else {"kid": kid}) | (header or {})
    return jwt.encode(claims(**changes), key if key is not None else ec_key(), alg, headers)


def part(value: object) -> str:
    """One part of a token, as base64url without padding."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(header: object, payload: object, signature: bytes = b"") -> str:
    """A token put together without any library that could refuse to."""
    return f"{part(header)}.{part(payload)}.{part(signature)}"


def signed_by_hand(header: object, payload: object, key: rsa.RSAPrivateKey | None = None) -> str:
    """A token with an RSA key's true signature, the registered one's if not told otherwise."""
    text = f"{part(header)}.{part(payload)}"
    return f"{text}.{part((key or rsa_key()).sign(text.encode(), padding.PKCS1v15(), SHA384()))}"


def keyed_with_the_public_key(alg: str = "HS384") -> str:
    """The classic: an HMAC whose secret is the PEM of the public key (CH-173)."""
    pem = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    text = f"{part({'alg': alg, 'kid': 'rsa', 'typ': 'JWT'})}.{part(claims())}"
    return f"{text}.{part(hmac.new(pem, text.encode(), hashlib.sha384).digest())}"


def private_pem(key: Private) -> bytes:
    """A private key as its owner keeps it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
