"""The table of forged tokens: name -> (reason in the log, what is sent)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA384

from tests.tokens import (
    ENDPOINT,
    ISSUER,
    NOW,
    PUBLIC_URL,
    by_hand,
    claims,
    ec_key,
    jwk,
    keyed_with_the_public_key,
    part,
    rsa_key,
    signed,
    signed_by_hand,
)

RS = {"alg": "RS384", "kid": "rsa", "typ": "JWT"}


def _token(make: Callable[[], str]) -> Callable[[], list[str]]:
    return lambda: [f"Bearer {make()}"]


def _rs(**changes: object) -> Callable[[], list[str]]:
    """Header changed, claims and signature good."""
    header = {name: value for name, value in (RS | changes).items() if value is not None}
    return _token(lambda: signed_by_hand(header, claims()))


def _with(**changes: object) -> Callable[[], list[str]]:
    """Claims changed, header and signature good, signed by hand: no library is in the way."""
    return _token(lambda: signed_by_hand(RS, claims(**changes)))


def _spelled(spell: Callable[[str], str], position: int = 0) -> Callable[[], list[str]]:
    """Header or claims of a good token spelled another way, and signed as they are spelled."""

    def make() -> str:
        # These lengths make parts that end in unused bits, and characters that the two base64 alphabets
        # have different.
        texts = [json.dumps(each).encode() for each in (RS | {"nonce": "?~>" * 9}, claims(sub="?~>" * 9))]
        parts = [part(text + b" " * ((1 - len(text)) % 3)) for text in texts]
        spelled = spell(parts[position])
        assert spelled != parts[position]
        parts[position] = spelled
        text = ".".join(parts)
        return f"{text}.{part(rsa_key().sign(text.encode(), padding.PKCS1v15(), SHA384()))}"

    return _token(make)


def _der() -> str:
    """An ECDSA signature as certificates carry it; a token carries two numbers of fixed length."""
    header, payload, _ = signed().split(".")
    text = f"{header}.{payload}"
    return f"{text}.{part(ec_key().sign(text.encode(), ec.ECDSA(SHA384())))}"


def _tampered() -> str:
    header, payload, signature = signed().split(".")
    other = signed(sub="somebody else").split(".")[1]
    assert other != payload
    return f"{header}.{other}.{signature}"


FORGED: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "no header": ("no-token", lambda: []),
    "empty header": ("no-token", lambda: [""]),
    "basic authentication": ("no-token", lambda: ["Basic dXNlcjpwYXNz"]),
    "bearer without a token": ("no-token", lambda: ["Bearer "]),
    "two headers": ("no-token", lambda: [f"Bearer {signed()}", f"Bearer {signed(jti='2')}"]),
    "two tokens in one header": ("no-token", lambda: [f"Bearer {signed()}, Bearer {signed(jti='2')}"]),
    "a token of 9 KiB": ("too-long", _token(lambda: signed(sub="x" * 9000))),
    "a very long jku": ("too-long", _rs(jku="https://ehr.example.org/" + "x" * 8000)),
    "garbage": ("not-a-token", lambda: ["Bearer garbage"]),
    "two parts": ("not-a-token", _token(lambda: signed().rpartition(".")[0])),
    "five parts": ("not-a-token", _token(lambda: f"{signed()}.a.b")),
    "a header that is no JSON": ("not-a-token", _token(lambda: by_hand(b"{", claims()))),
    "a header that is a list": ("not-a-token", _token(lambda: by_hand([RS], claims()))),
    "claims that are a string": ("not-a-token", _token(lambda: by_hand(RS, "claims"))),
    "a header that is null": ("not-a-token", _token(lambda: by_hand(None, claims()))),
    "a header in UTF-16": (
        "not-a-token",
        _token(lambda: signed_by_hand(json.dumps(RS).encode("utf-16"), claims())),
    ),
    "an infinite exp": ("not-a-token", _with(exp=math.inf)),
    "a header with padding": ("not-a-token", _spelled(lambda text: f"{text}==")),
    "claims with padding": ("not-a-token", _spelled(lambda text: f"{text}==", 1)),
    "a header with unused bits": ("not-a-token", _spelled(lambda text: text[:-1] + chr(ord(text[-1]) + 1))),
    "claims in the other alphabet": (
        "not-a-token",
        _spelled(lambda text: text.replace("-", "+").replace("_", "/"), 1),
    ),
    "claims with a stray character": ("not-a-token", _spelled(lambda text: f"{text[:8]}*{text[8:]}", 1)),
    "a header with a letter of another script": ("not-a-token", _spelled(lambda text: f"{text}\u00e4")),
    "alg none": ("algorithm", _token(lambda: by_hand(RS | {"alg": "none"}, claims()))),
    "alg None in other case": ("algorithm", _token(lambda: by_hand(RS | {"alg": "nOnE"}, claims()))),
    "no alg": ("algorithm", _rs(alg=None)),
    "alg is a list": ("algorithm", _rs(alg=["RS384"])),
    "HS384 keyed with the public key": ("algorithm", _token(keyed_with_the_public_key)),
    "RS256, which this client does not use": (
        "algorithm",
        _token(lambda: signed(rsa_key(), "RS256", kid="rsa")),
    ),
    "no typ": ("type", _rs(typ=None)),
    "typ of an access token": ("type", _rs(typ="at+jwt")),
    "typ is a number": ("type", _rs(typ=1)),
    "no kid": ("kid", _token(lambda: signed(kid=None))),
    "empty kid": ("kid", _rs(kid="")),
    "kid is a number": ("kid", _rs(kid=1)),
    "kid of 300 characters": ("kid", _rs(kid="x" * 300)),
    "an unknown critical extension": ("critical", _rs(crit=["exp"], exp=NOW)),
    "an empty crit": ("critical", _rs(crit=[])),
    "a payload that is not encoded": ("critical", _rs(b64=False)),
    "b64 as a text": ("critical", _rs(b64="false")),
    "its own key in the header": (
        "key-in-header",
        _token(lambda: signed(ec_key("stranger"), header={"jwk": jwk(ec_key("stranger"), "ec")})),
    ),
    "x5u": ("key-in-header", _rs(x5u="https://evil.example/cert")),
    "x5c": ("key-in-header", _rs(x5c=["MII"])),
    "no iss": ("unknown-issuer", _with(iss=None)),
    "iss is a list": ("unknown-issuer", _with(iss=[ISSUER])),
    "an unknown issuer": ("unknown-issuer", _with(iss="https://stranger.example")),
    "iss with a slash more": ("unknown-issuer", _with(iss=f"{ISSUER}/")),
    "a foreign jku": ("foreign-key-url", _rs(jku="https://evil.example/jwks.json")),
    "a jku of the machine": ("foreign-key-url", _rs(jku="http://169.254.169.254/jwks.json")),
    "jku null": ("foreign-key-url", _token(lambda: signed_by_hand(RS | {"jku": None}, claims()))),
    "an unknown kid": ("unknown-key", _rs(kid="nobody")),
    "two keys with one kid": ("two-keys", _token(lambda: signed(ec_key("twin-a"), kid="twin"))),
    "RS384 with an EC key": ("key-not-fit", _rs(kid="ec")),
    "ES384 with a P-256 key": (
        "key-not-fit",
        _token(lambda: by_hand({"alg": "ES384", "kid": "ec-256", "typ": "JWT"}, claims(), b"x" * 96)),
    ),
    "a key for encryption": (
        "key-not-fit",
        _token(lambda: signed(rsa_key("encryption"), "RS384", kid="encryption")),
    ),
    "a key for wrapping keys": (
        "key-not-fit",
        _token(lambda: signed(rsa_key("wrapping"), "RS384", kid="wrapping")),
    ),
    "a key for another algorithm": (
        "key-not-fit",
        _token(lambda: signed(rsa_key("other-alg"), "RS384", kid="other-alg")),
    ),
    "a key of 1024 bits": (
        "weak-key",
        _token(lambda: signed_by_hand(RS | {"kid": "short"}, claims(), rsa_key("short", 1024))),
    ),
    "a stranger's key": ("signature", _token(lambda: signed(ec_key("stranger")))),
    "claims changed after signing": ("signature", _token(_tampered)),
    "no signature": ("signature", _token(lambda: f"{signed().rpartition('.')[0]}.")),
    "a signature cut short": ("signature", _token(lambda: signed()[:-8])),
    "a signature with padding": ("signature", _token(lambda: f"{signed_by_hand(RS, claims())}==")),
    "a signature with a stray character": (
        "signature",
        _token(lambda: f"{signed_by_hand(RS, claims())[:-8]}*{signed_by_hand(RS, claims())[-8:]}"),
    ),
    "a DER signature": ("signature", _token(_der)),
    "an ECDSA signature of zeros": (
        "signature",
        _token(lambda: by_hand({"alg": "ES384", "kid": "ec", "typ": "JWT"}, claims(), bytes(96))),
    ),
    "no aud": ("audience", _with(aud=None)),
    "aud is the base only": ("audience", _with(aud=PUBLIC_URL)),
    "aud with a slash more": ("audience", _with(aud=f"{ENDPOINT}/")),
    "aud of another service": ("audience", _with(aud=f"{ENDPOINT}/somebody-elses")),
    "aud of another host": ("audience", _with(aud="https://other.example/cds-services")),
    "aud as the Host header says": ("audience", _with(aud="http://localhost/cds-services")),
    "aud is an object": ("audience", _with(aud={"url": ENDPOINT})),
    "aud is an empty list": ("audience", _with(aud=[])),
    "no exp": ("time-type", _with(exp=None)),
    "no iat": ("time-type", _with(iat=None)),
    "exp as a string": ("time-type", _with(exp=str(NOW + 300))),
    "iat as a string": ("time-type", _with(iat=str(NOW))),
    "exp is true": ("time-type", _with(exp=True)),
    "nbf as a string": ("time-type", _with(nbf=str(NOW))),
    "expired by two minutes": ("expired", _with(iat=NOW - 400, exp=NOW - 120)),
    "expired by 30 seconds": ("expired", _with(iat=NOW - 300, exp=NOW - 30)),
    "issued in the future": ("from-the-future", _with(iat=NOW + 31, exp=NOW + 200)),
    "not before a later time": ("from-the-future", _with(nbf=NOW + 31)),
    "a life of ten years": ("too-long-lived", _with(exp=NOW + 10 * 365 * 86400)),
    "a life of 301 seconds": ("too-long-lived", _with(exp=NOW + 301)),
    "no jti": ("no-id", _with(jti=None)),
    "empty jti": ("no-id", _with(jti="")),
    "jti is a number": ("no-id", _with(jti=1)),
    "jti of 256 characters": ("no-id", _with(jti="x" * 256)),
    "jti with a line feed": ("no-id", _with(jti="a\nb")),
    "no tenant": ("tenant", _with(tenant=None)),
    "a foreign tenant": ("tenant", _with(tenant="west")),
    "tenant is a list": ("tenant", _with(tenant=["north"])),
}

GOOD: dict[str, Callable[[], list[str]]] = {
    "b64 as it is without it": _rs(b64=True),
    "ES384": _token(lambda: signed()),
    "RS384": _token(lambda: signed(rsa_key(), "RS384", kid="rsa")),
    "RS384 by hand": _with(),
    "typ in small letters": _rs(typ="jwt"),
    "sub and nbf, as a large vendor sends them": _with(sub=ISSUER, nbf=NOW),
    "aud in a list": _with(aud=["https://other.example", ENDPOINT]),
    "a broken second of time": _with(iat=NOW + 0.5, exp=NOW + 299.5),
    "expired by less than the leeway": _with(iat=NOW - 300, exp=NOW - 29),
    "issued within the leeway": _with(iat=NOW + 30, exp=NOW + 60),
    "an unknown header member": _rs(nonce="1"),
    "a header of two KiB": _rs(nonce="1" * 2000),
    "scheme in small letters": lambda: [f"bearer {signed()}"],
}
