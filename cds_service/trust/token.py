"""Authorization header -> the parts of a token, read without trusting them."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from cds_service.trust.refusal import TokenRefused

LONGEST_TOKEN = 8 * 1024


@dataclass(frozen=True, slots=True)
class Token:
    """A token nobody has checked yet. ``text`` never shows in a repr."""

    text: str = field(repr=False)
    header: Mapping[str, object] = field(repr=False)
    claims: Mapping[str, object] = field(repr=False)


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
    parts = text.split(".")
    if len(parts) != 3 or not all(parts[:2]):
        raise TokenRefused("not-a-token")
    return Token(text, _json(parts[0]), _json(parts[1]))


def _json(part: str) -> Mapping[str, object]:
    try:
        value = orjson.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error):
        raise TokenRefused("not-a-token") from None
    if not isinstance(value, dict):
        raise TokenRefused("not-a-token")
    return value
