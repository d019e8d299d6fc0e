"""The tokens that a CDS service must refuse, made with one good key: the table behind ``calcification-cds
probe``."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

DAY = 24 * 3600
Json = dict[str, Any]
Maker = Callable[["Forge"], str | None]


@dataclass(frozen=True, slots=True)
class Forge:
    """What a token is made of. ``audience`` is the endpoint's address, ``now`` seconds since 1970."""

    key: RSAKey | ECKey = field(repr=False)
    algorithm: str
    kid: str
    issuer: str
    audience: str
    now: int
    jku: str | None = None
    tenant: str | None = None

    def header(self, **changes: Any) -> Json:
        """The header of a good token, with changes; a change to None leaves the member out."""
        good = {"alg": self.algorithm, "typ": "JWT", "kid": self.kid, "jku": self.jku}
        return {name: value for name, value in (good | changes).items() if value is not None}

    def claims(self, **changes: Any) -> Json:
        """The claims of a good token, each time with an id of its own."""
        good = {
            "iss": self.issuer,
            "aud": self.audience,
            "iat": self.now,
            "exp": self.now + 240,
            "jti": str(uuid4()),
            "tenant": self.tenant,
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(
        self, header: Json | None = None, claims: Json | None = None, key: RSAKey | ECKey | None = None
    ) -> str:
        """Sign whatever is given; a good token when nothing is."""
        text = _text(header or self.header(), claims or self.claims())
        signature = jws.JWSRegistry.algorithms[self.algorithm].sign(text.encode(), key or self.key)
        return f"{text}.{_part(signature)}"

    def stranger(self) -> RSAKey | ECKey:
        """A key of the same kind that nobody has registered."""
        if isinstance(self.key, RSAKey):
            return RSAKey.generate_key(2048)
        return ECKey.generate_key(self.key.curve_name)


def _part(value: object) -> str:
    data = value if isinstance(value, bytes) else orjson.dumps(value)
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _text(header: Json, claims: Json) -> str:
    return f"{_part(header)}.{_part(claims)}"


def good_token(forge: Forge) -> str:
    """A token that the service has to accept."""
    return f"Bearer {forge.token()}"


def _claims(**changes: Callable[[Forge], Any] | Any) -> Maker:
    def make(forge: Forge) -> str:
        changed = {name: value(forge) if callable(value) else value for name, value in changes.items()}
        return f"Bearer {forge.token(claims=forge.claims(**changed))}"

    return make


def _header(**changes: Any) -> Maker:
    return lambda forge: f"Bearer {forge.token(forge.header(**changes))}"


def _unsigned(algorithm: str) -> Maker:
    return lambda forge: f"Bearer {_text(forge.header(alg=algorithm), forge.claims())}."


def _keyed(secret: Callable[[Forge], bytes]) -> Maker:
    def make(forge: Forge) -> str:
        text = _text(forge.header(alg="HS384"), forge.claims())
        return f"Bearer {text}.{_part(hmac.new(secret(forge), text.encode(), hashlib.sha384).digest())}"

    return make


def _public_pem(forge: Forge) -> bytes:
    return forge.key.as_pem(private=False)


def _brought_key(forge: Forge) -> str:
    stranger = forge.stranger()
    return f"Bearer {forge.token(forge.header(jwk=stranger.as_dict(private=False)), key=stranger)}"


def _tampered(forge: Forge) -> str:
    header, _, signature = forge.token().split(".")
    return f"Bearer {header}.{_part(forge.claims(sub='somebody else'))}.{signature}"


def _zeros(forge: Forge) -> str | None:
    if isinstance(forge.key, RSAKey):
        return None
    length = {"ES256": 64, "ES384": 96, "ES512": 132}[forge.algorithm]
    return f"Bearer {_text(forge.header(), forge.claims())}.{_part(bytes(length))}"


def _other_tenant(forge: Forge) -> str | None:
    if forge.tenant is None:
        return None
    return f"Bearer {forge.token(claims=forge.claims(tenant='nobody-' + str(uuid4())))}"


FORGED: Mapping[str, tuple[str, Maker]] = {
    "no token": ("anybody may call", lambda _: None),
    "garbage": ("anything passes for a token", lambda _: "Bearer garbage"),
    "basic authentication": ("a password of anybody passes", lambda _: "Basic dXNlcjpwYXNz"),
    "alg none": ("unsigned tokens are believed", _unsigned("none")),
    "alg nOnE": ("unsigned tokens are believed", _unsigned("nOnE")),
    "HMAC with the public key": ("the public key signs tokens", _keyed(_public_pem)),
    "HMAC with an empty secret": ("no secret is needed", _keyed(lambda _: b"")),
    "a stranger's signature": (
        "the signature is not checked",
        lambda forge: f"Bearer {forge.token(key=forge.stranger())}",
    ),
    "a key in the header": ("callers bring their own key", _brought_key),
    "claims changed after signing": ("the signature is not checked", _tampered),
    "no signature": (
        "the signature is not checked",
        lambda forge: f"Bearer {forge.token().rpartition('.')[0]}.",
    ),
    "a signature of zeros": ("forged ECDSA signatures pass", _zeros),
    "no kid": ("keys are guessed", _header(kid=None)),
    "an unknown kid": ("keys are guessed", _header(kid="nobody")),
    "another typ": ("tokens for other uses pass", _header(typ="at+jwt")),
    "no typ": ("tokens for other uses pass", _header(typ=None)),
    "an unknown critical extension": ("conditions are ignored", _header(crit=["probe"], probe=True)),
    "a foreign jku": ("keys come from anywhere", _header(jku="https://keys.invalid/jwks.json")),
    "an unknown issuer": ("issuers are not registered", _claims(iss="https://stranger.invalid")),
    "no iss": ("issuers are not registered", _claims(iss=None)),
    "no aud": ("tokens for others can be used here", _claims(aud=None)),
    "aud of another host": (
        "tokens for others can be used here",
        _claims(aud="https://elsewhere.invalid/cds-services"),
    ),
    "aud is the host only": (
        "one token opens every endpoint",
        _claims(aud=lambda forge: forge.audience.partition("/cds-services")[0]),
    ),
    "aud of another service": (
        "one token opens every endpoint",
        _claims(aud=lambda forge: f"{forge.audience}-other"),
    ),
    "no exp": ("tokens live for ever", _claims(exp=None)),
    "expired two minutes ago": (
        "stale tokens pass",
        _claims(iat=lambda forge: forge.now - 360, exp=lambda forge: forge.now - 120),
    ),
    "exp as a string": ("times are guessed", _claims(exp=lambda forge: str(forge.now + 240))),
    "no iat": ("the age of a token is unknown", _claims(iat=None)),
    "issued in an hour": (
        "tokens from the future pass",
        _claims(iat=lambda forge: forge.now + 3600, exp=lambda forge: forge.now + 3840),
    ),
    "not valid before an hour": ("tokens pass too early", _claims(nbf=lambda forge: forge.now + 3600)),
    "a life of a day": ("a stolen token serves long", _claims(exp=lambda forge: forge.now + DAY)),
    "a life of ten years": ("a stolen token serves long", _claims(exp=lambda forge: forge.now + 3650 * DAY)),
    "no jti": ("tokens can be replayed", _claims(jti=None)),
    "an empty jti": ("tokens can be replayed", _claims(jti="")),
    "another tenant": ("tenants are not registered", _other_tenant),
}
"""Name -> (what it means when it is accepted, the Authorization header). A maker that gives None for a
row other than "no token" has nothing to send for this key or registration."""

NEEDS_NO_TOKEN = "no token"  # noqa: S105
REPLAYED = "the same token twice"
REPLAYED_MEANS = "tokens can be replayed"
