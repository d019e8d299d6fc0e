"""Random uuids, many at a time: one call to the system for 256 of them instead of one for each."""

from __future__ import annotations

import os

_AT_ONCE = 256
_VARIANTS = "89ab"

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
    drawn = os.urandom(16 * _AT_ONCE).hex()
    return [_uuid(drawn[start : start + 32]) for start in range(0, len(drawn), 32)]


def _uuid(drawn: str) -> str:
    """32 random hexadecimal digits as a uuid: 122 bits stay random, the rest says version 4."""
    variant = _VARIANTS[int(drawn[16], 16) & 3]
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{variant}{drawn[17:20]}-{drawn[20:]}"
