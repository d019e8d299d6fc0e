"""Uuids that sort by the moment at which they were drawn, 256 of them with one call to the system.

They are of version 7 (https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7): milliseconds since 1970,
then random bits. Rows that are written together then stand together in the index of a database.
"""

from __future__ import annotations

import os
import time
from typing import Final

_AT_ONCE: Final = 256
# The moment takes 6 of the 16 bytes of a uuid.
_RANDOM_BYTES: Final = 10
# Two bits of the digit after the version say that it is a uuid as everybody writes them.
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 0b11] for digit in "0123456789abcdef"}

# Lists give and take their members safely between threads.
_ready: list[str] = []
# A child process must never hand out the ids of its parent.
os.register_at_fork(after_in_child=_ready.clear)


def fresh_uuid() -> str:
    """Make a uuid of version 7, never twice the same, for a card, a suggestion (CH-110) or a request."""
    while True:
        try:
            return _ready.pop()
        except IndexError:
            _ready.extend(_several())


def _several() -> list[str]:
    moment = f"{time.time_ns() // 1_000_000:012x}"
    begin = f"{moment[:8]}-{moment[8:]}-7"
    digits = os.urandom(_RANDOM_BYTES * _AT_ONCE).hex()
    return [_uuid(begin, digits, start) for start in range(0, len(digits), 2 * _RANDOM_BYTES)]


def _uuid(begin: str, digits: str, at: int) -> str:
    return (
        f"{begin}{digits[at : at + 3]}-{_VARIANT[digits[at + 3]]}{digits[at + 4 : at + 7]}"
        f"-{digits[at + 7 : at + 19]}"
    )
