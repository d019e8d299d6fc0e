"""The checks of a token, each one named and each one a single thought (CH-172 to CH-183).

Three tables in the order in which they run: what the header says before anybody is believed, what it says
for the client it names, and what the claims say once the signature was found good. A check returns True when
the token passes. joserfc verifies the signature and nothing else: what a token may say is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError

from cards.value_class import value_class
from cds_service.trust.client import Client
from cds_service.trust.keys import ALGORITHMS, MOST_KID_CHARACTERS, Key
from cds_service.trust.token import Json, Token, decoded

LEEWAY_SECONDS: Final = 30
MOST_ID_CHARACTERS: Final = 255

_BROUGHT_KEYS: Final = frozenset({"jwk", "x5u", "x5c"})


@value_class
class Endpoint:
    """The endpoint that is called: its public addresses, and now in seconds since 1970."""

    audiences: frozenset[str]
    now: float


def algorithm_is_known(header: Json) -> bool:
    """An asymmetric algorithm by name: never none, never one with a shared secret (CH-173)."""
    return isinstance(header.get("alg"), str) and header["alg"] in ALGORITHMS


def type_is_jwt(header: Json) -> bool:
    """``typ`` is JWT in any case: an access token of the same issuer is not meant for us."""
    kind = header.get("typ")
    return isinstance(kind, str) and kind.upper() == "JWT"


def kid_is_there(header: Json) -> bool:
    """``kid`` is a string that can name a key."""
    kid = header.get("kid")
    return isinstance(kid, str) and 0 < len(kid) <= MOST_KID_CHARACTERS


def nothing_is_critical(header: Json) -> bool:
    """``crit`` is absent: this service knows no extension, so it must refuse all (RFC 7515). So is the one
    that leaves the payload unencoded, also where it is not said to be critical (RFC 7797)."""
    return "crit" not in header and header.get("b64", True) is True


def no_key_is_brought(header: Json) -> bool:
    """``jwk``, ``x5u`` and ``x5c`` are absent: nobody brings the key to their own token."""
    return _BROUGHT_KEYS.isdisjoint(header)


HEADER_CHECKS: dict[str, Callable[[Json], bool]] = {
    "algorithm": algorithm_is_known,
    "type": type_is_jwt,
    "kid": kid_is_there,
    "critical": nothing_is_critical,
    "key-in-header": no_key_is_brought,
}


def algorithm_is_registered(header: Json, client: Client) -> bool:
    """``alg`` is on the client's own list."""
    return header["alg"] in client.algorithms


def key_url_is_registered(header: Json, client: Client) -> bool:
    """``jku``, if there, equals the registered address to the letter (CH-178)."""
    return "jku" not in header or (client.jku is not None and header["jku"] == client.jku)


CLIENT_CHECKS: dict[str, tuple[str, Callable[[Json, Client], bool]]] = {
    "registered-algorithm": ("algorithm", algorithm_is_registered),
    "key-url": ("foreign-key-url", key_url_is_registered),
}


def key_is_single(keys: tuple[Key, ...], _: str) -> bool:
    """One kid names one key."""
    return len(keys) == 1


def key_fits(keys: tuple[Key, ...], algorithm: str) -> bool:
    """Type, curve, use and stated algorithm of the key are those of the token."""
    return keys[0].fits(algorithm)


def key_is_strong(keys: tuple[Key, ...], _: str) -> bool:
    """An RSA key has at least 2048 bits."""
    return not keys[0].is_weak


KEY_CHECKS: dict[str, Callable[[tuple[Key, ...], str], bool]] = {
    "two-keys": key_is_single,
    "key-not-fit": key_fits,
    "weak-key": key_is_strong,
}

_VERIFYING: Final = {name: jws.JWSRegistry(algorithms=[name]).get_alg(name) for name in ALGORITHMS}


def signature_is_good(token: Token, key: Key, algorithm: str) -> bool:
    """The signature was made with this key and this algorithm."""
    try:
        return _VERIFYING[algorithm].verify(token.signed, decoded(token.signature), key.public)
    except (JoseError, ValueError, TypeError):
        return False


def audience_is_here(claims: Json, client: Client, endpoint: Endpoint) -> bool:
    """``aud`` is or holds the public address of this very endpoint (CH-177), or an alias of the client."""
    audience = claims.get("aud")
    for each in audience if isinstance(audience, list) else (audience,):
        if isinstance(each, str) and (each in endpoint.audiences or each in client.audience_aliases):
            return True
    return False


def _is_moment(value: object) -> bool:
    # True is an int, too, but no moment.
    return type(value) is int or (type(value) is float and isfinite(value))


def times_are_numbers(claims: Json, _: Client, __: Endpoint) -> bool:
    """``exp`` and ``iat`` are numbers, not strings; so is ``nbf`` if it is there."""
    return (
        _is_moment(claims.get("exp"))
        and _is_moment(claims.get("iat"))
        and ("nbf" not in claims or _is_moment(claims["nbf"]))
    )


def is_not_expired(claims: Json, _: Client, endpoint: Endpoint) -> bool:
    """``exp`` is not past."""
    return _moment(claims, "exp") > endpoint.now - LEEWAY_SECONDS


def is_not_from_the_future(claims: Json, _: Client, endpoint: Endpoint) -> bool:
    """``iat`` and ``nbf`` are not in the future."""
    latest = endpoint.now + LEEWAY_SECONDS
    return _moment(claims, "iat") <= latest and ("nbf" not in claims or _moment(claims, "nbf") <= latest)


def life_is_short(claims: Json, client: Client, _: Endpoint) -> bool:
    """From ``iat`` to ``exp`` is no longer than this client's tokens may live (CH-180)."""
    return _moment(claims, "exp") - _moment(claims, "iat") <= client.life_seconds


def _moment(claims: Json, name: str) -> float:
    value = claims.get(name)
    return value if isinstance(value, (int, float)) else 0.0


def id_is_there(claims: Json, _: Client, __: Endpoint) -> bool:
    """``jti`` is a string that can be remembered."""
    jti = claims.get("jti")
    return isinstance(jti, str) and 0 < len(jti) <= MOST_ID_CHARACTERS and jti.isprintable()


def tenant_is_registered(claims: Json, client: Client, _: Endpoint) -> bool:
    """``tenant`` is on the client's list, if the client has one (CH-182)."""
    tenant = claims.get("tenant")
    if client.tenants:
        return isinstance(tenant, str) and tenant in client.tenants
    return tenant is None or (isinstance(tenant, str) and len(tenant) <= MOST_ID_CHARACTERS)


CLAIM_CHECKS: dict[str, Callable[[Json, Client, Endpoint], bool]] = {
    "audience": audience_is_here,
    "time-type": times_are_numbers,
    "expired": is_not_expired,
    "from-the-future": is_not_from_the_future,
    "too-long-lived": life_is_short,
    "no-id": id_is_there,
    "tenant": tenant_is_registered,
}
