"""What goes wrong behind the answers: a line in the log and a count for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cds_service.observe.metrics import KEY_SET_FAILURES, REPLAY_EVENTS, WRITER_EVENTS


def writer_troubles(log: Any) -> Callable[[str, int], None]:
    """Make what the background writer tells an event and a number of rows."""

    def note(event: str, rows: int) -> None:
        WRITER_EVENTS[event,].inc()
        log.error("writer", reason=event, rows=rows)

    return note


def replay_troubles(log: Any) -> Callable[[str], None]:
    """Make what the record of spent tokens tells an event."""

    def note(event: str) -> None:
        REPLAY_EVENTS[event,].inc()
        log.warning("replay", reason=event)

    return note


def key_set_troubles(log: Any) -> Callable[[str, str], None]:
    """Make what the key store tells the client whose key set could not be fetched, and why."""

    def note(issuer: str, reason: str) -> None:
        KEY_SET_FAILURES.inc()
        log.warning("key-set", client=issuer, reason=reason)

    return note
