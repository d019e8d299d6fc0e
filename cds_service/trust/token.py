"""Authorization header -> the parts of a token, read without trusting them."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from dataclasses import field
from typing import Any, Final

import orjson

from cards.value_class import value_class
from cds_service.trust.refusal import TokenRefused

Json = dict[str, Any]

LONGEST_TOKEN: Final = 8 * 1024

# The alphabet of base64url in that of base64, where "+", "/" and "=" of a token stand for nothing.
_ALPHABET: Final = bytes.maketrans(b"-_+/=", b"+/***")


@value_class
class Token:
    """A token nobody has checked yet; nothing of it shows in a repr.

    ``signed`` are the bytes that were signed, ``signature`` is not decoded yet.
    """

    header: Json = field(repr=False)
    claims: Json = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def bearer(headers: Sequence[str]) -> str:
    """Take the token out of the Authorization headers, of which there must be exactly one."""
    if len(headers) != 1:
        raise TokenRefused("no-token")
    scheme, _, text = headers[0].strip().partition(" ")
    # A server joins repeated headers with a comma, which no token holds.
    if scheme.lower() != "bearer" or not text.strip() or "," in text:
        raise TokenRefused("no-token")
    return text.strip()


def read_token(text: str) -> Token:
    """Take a compact token apart. Raises TokenRefused."""
    if len(text) > LONGEST_TOKEN:
        raise TokenRefused("too-long")
    try:
        signed, _, signature = text.encode("ascii").rpartition(b".")
        header, claims = signed.split(b".")
        return Token(_object(decoded(header)), _object(decoded(claims)), signed, signature)
    except ValueError:
        raise TokenRefused("not-a-token") from None


def decoded(part: bytes) -> bytes:
    """Undo base64url, of which there is one spelling: a token has no second one. Raises ValueError."""
    text = part.translate(_ALPHABET) + b"=" * (-len(part) % 4)
    value = a2b_base64(text)
    if b2a_base64(value, newline=False) != text:
        raise ValueError("is not base64url without padding")
    return value


def _object(text: bytes) -> Json:
    value = orjson.loads(text)
    if not isinstance(value, dict):
        raise ValueError("is not a JSON object")
    return value
