"""Random uuids, many at a time: one call to the system for 256 of them instead of one for each."""

from __future__ import annotations

import os

_AT_ONCE = 256
_BYTES = 16
# Of 16 random bytes two say what they are: a uuid of version 4, and of the variant that everybody uses.
_VERSION_BYTE, _VARIANT_BYTE = 6, 8
_VERSION = bytes(0x40 | byte & 0x0F for byte in range(256))
_VARIANT = bytes(0x80 | byte & 0x3F for byte in range(256))

# Lists give and take their members safely between threads.
_ready: list[str] = []
# A child process must never hand out the ids of its parent.
os.register_at_fork(after_in_child=_ready.clear)


def fresh_uuid() -> str:
    """Make a random uuid (version 4) for a card, a suggestion (CH-110) or a request."""
    while True:
        try:
            return _ready.pop()
        except IndexError:
            _ready.extend(_several())


def _several() -> list[str]:
    drawn = bytearray(os.urandom(_BYTES * _AT_ONCE))
    drawn[_VERSION_BYTE::_BYTES] = drawn[_VERSION_BYTE::_BYTES].translate(_VERSION)
    drawn[_VARIANT_BYTE::_BYTES] = drawn[_VARIANT_BYTE::_BYTES].translate(_VARIANT)
    digits = drawn.hex()
    return [_uuid(digits, start) for start in range(0, len(digits), 2 * _BYTES)]


def _uuid(digits: str, at: int) -> str:
    return (
        f"{digits[at : at + 8]}-{digits[at + 8 : at + 12]}-{digits[at + 12 : at + 16]}"
        f"-{digits[at + 16 : at + 20]}-{digits[at + 20 : at + 32]}"
    )
