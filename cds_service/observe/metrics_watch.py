"""What is looked at once a second in place of being counted: queues, breakers, readiness, memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from cards.guidance import MODEL_VERSION
from cds_service.observe.metrics import (
    BREAKERS_OPEN,
    BUILD,
    MEMORY,
    READY,
    WORKERS,
    WRITER_LOST,
    WRITER_WAITING,
)
from cds_service.outgoing.medlineplus import SERVICE
from cds_service.trust.house import House
from cds_service.version import __version__

_MEMORY_PAGES = Path("/proc/self/statm")


class Watch:
    """Looks at one process.

    ``checks`` are those of ``/readyz``; ``feedback_rests`` says whether feedback is refused for now.
    """

    def __init__(
        self,
        house: House,
        checks: Mapping[str, Callable[[], bool]],
        feedback_rests: Callable[[], bool],
    ) -> None:
        self._house = house
        self._checks = checks
        self._feedback_rests = feedback_rests
        self._lost = 0

    def look(self) -> None:
        """Set every value of the moment."""
        WORKERS.set(1)
        BUILD[__version__, MODEL_VERSION].set(1)
        READY.set(all(is_fine() for is_fine in self._checks.values()))
        writer = self._house.writer
        WRITER_WAITING.set(writer.waiting())
        lost = writer.lost
        WRITER_LOST.inc(lost - self._lost)
        self._lost = lost
        MEMORY.set(_resident_bytes())
        partners = {"fhir": 0, "medlineplus": 0}
        for origin, breaker in self._house.outgoing.breakers().items():
            partners["medlineplus" if origin == SERVICE.origin else "fhir"] += breaker.is_open
        for partner, is_open in partners.items():
            BREAKERS_OPEN[partner,].set(is_open)
        BREAKERS_OPEN["feedback-store",].set(self._feedback_rests())
        trust = self._house.gate.trust
        BREAKERS_OPEN["replay-store",].set(trust is not None and trust.replay.is_resting())


def _resident_bytes() -> int:
    try:
        return int(_MEMORY_PAGES.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
