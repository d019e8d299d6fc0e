"""authenticate: Authorization header -> Caller, or a TokenRefused with one reason for the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from cds_service.trust.checks import (
    CLAIM_CHECKS,
    CLIENT_CHECKS,
    HEADER_CHECKS,
    KEY_CHECKS,
    LEEWAY_SECONDS,
    Endpoint,
    signature_is_good,
)
from cds_service.trust.client import Caller, Client
from cds_service.trust.key_store import KeyStore
from cds_service.trust.refusal import TokenRefused
from cds_service.trust.replay import Replay
from cds_service.trust.token import Token, bearer, read_token


@dataclass(frozen=True, slots=True)
class Trust:
    """What the check of a caller needs: who is registered, their keys, what was spent, and the time."""

    clients: Mapping[str, Client]
    keys: KeyStore
    replay: Replay
    now: Callable[[], float]


def authenticate(headers: Sequence[str], audiences: frozenset[str], trust: Trust) -> Caller:
    """Say who calls, from every Authorization header of a request.

    ``audiences`` are the public addresses of the endpoint that is called. The token is spent. Raises
    TokenRefused.
    """
    token = read_token(bearer(headers))
    client = registered_client(token, trust.clients)
    check_signature(token, client, trust.keys)
    check_claims(token, client, Endpoint(audiences, trust.now()))
    claims = token.claims
    jti = cast(str, claims["jti"])
    trust.replay.spend(client, jti, cast(float, claims["exp"]) + LEEWAY_SECONDS, trust.now())
    return Caller(client, cast(str, claims.get("tenant") or ""), jti)


def registered_client(token: Token, clients: Mapping[str, Client]) -> Client:
    """Find the registered client that the token names, after a look at its header."""
    for reason, passes in HEADER_CHECKS.items():
        if not passes(token.header):
            raise TokenRefused(reason)
    issuer = token.claims.get("iss")
    client = clients.get(issuer) if isinstance(issuer, str) else None
    if client is None:
        raise TokenRefused("unknown-issuer")
    for reason, fits in CLIENT_CHECKS.values():
        if not fits(token.header, client):
            raise TokenRefused(reason)
    return client


def check_signature(token: Token, client: Client, store: KeyStore) -> None:
    """Verify the signature with the one key of the client that the token names."""
    algorithm = cast(str, token.header["alg"])
    keys = store.find(client, cast(str, token.header["kid"]))
    for reason, passes in KEY_CHECKS.items():
        if not passes(keys, algorithm):
            raise TokenRefused(reason)
    if not signature_is_good(token, keys[0], algorithm):
        raise TokenRefused("signature")


def check_claims(token: Token, client: Client, endpoint: Endpoint) -> None:
    """Check what a good signature vouches for."""
    for reason, passes in CLAIM_CHECKS.items():
        if not passes(token.claims, client, endpoint):
            raise TokenRefused(reason)
