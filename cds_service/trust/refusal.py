"""TokenRefused: a 401 whose reason stands in the log and nowhere else."""

from __future__ import annotations

from cds_service.errors import NotAuthenticated

REASONS = {
    "no-token": "there is no Authorization header with a bearer token, or there are two",
    "too-long": "the token is longer than 8 KiB",
    "not-a-token": "the token has no three readable parts",
    "algorithm": "alg is missing, symmetric, none, or not on the list of this client",
    "type": "typ is not JWT",
    "kid": "kid is not a string of 1 to 255 characters",
    "critical": "crit or b64 asks for an extension this service does not know",
    "key-in-header": "the header brings its own key or certificate",
    "unknown-issuer": "iss is not registered",
    "foreign-key-url": "jku is not the registered key set of this issuer",
    "no-keys": "the key set of this issuer could not be had",
    "unknown-key": "no key of this issuer has this kid",
    "two-keys": "several keys of this issuer have this kid",
    "key-not-fit": "the key is for another purpose, algorithm or curve",
    "weak-key": "the RSA key is shorter than 2048 bits",
    "signature": "the signature is wrong",
    "audience": "aud is not the public address of this endpoint",
    "time-type": "exp or iat is missing or not a number",
    "expired": "exp is past",
    "from-the-future": "iat is in the future, or nbf is",
    "too-long-lived": "the token lives longer than this client's tokens may",
    "no-id": "jti is not a string of 1 to 255 characters",
    "tenant": "tenant is not on the list of this client",
    "replayed": "this jti was used before",
}
"""Every reason, in the order in which the checks are done, with what it means."""


class TokenRefused(NotAuthenticated):
    """The caller is not let in. ``reason`` is a key of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__("Not authenticated.")
        self.reason = reason
