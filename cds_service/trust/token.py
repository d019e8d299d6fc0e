"""Authorization header -> the parts of a token, read without trusting them."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from joserfc.jws import CompactSignature

from cds_service.trust.refusal import TokenRefused

LONGEST_TOKEN = 8 * 1024


@dataclass(frozen=True, slots=True)
class Token:
    """A token nobody has checked yet; nothing of it shows in a repr.

    ``signed`` is what joserfc needs to verify the signature; its header is the same object as ``header``.
    """

    header: Mapping[str, object] = field(repr=False)
    claims: Mapping[str, object] = field(repr=False)
    signed: CompactSignature = field(repr=False)


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
        header, claims, signature = text.encode("ascii").split(b".")
        payload = _decoded(claims)
        read, claimed = _object(_decoded(header)), _object(payload)
    except ValueError:
        raise TokenRefused("not-a-token") from None
    signed = CompactSignature(read, payload)
    signed.segments.update({"header": header, "payload": claims, "signature": signature})
    return Token(read, claimed, signed)


def _decoded(part: bytes) -> bytes:
    """Undo base64url, of which there is one spelling: a token has no second one. Raises ValueError."""
    value = urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    if urlsafe_b64encode(value).rstrip(b"=") != part:
        raise ValueError("is not base64url without padding")
    return value


def _object(text: bytes) -> dict[str, Any]:
    value = orjson.loads(text)
    if not isinstance(value, dict):
        raise ValueError("is not a JSON object")
    return value
