"""The page ``/metrics``: what all workers have counted, in the two forms that Prometheus reads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, request
from prometheus_client import exposition
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics

from cds_service.observe.metrics_later import settle
from cds_service.observe.metrics_shared import Samples, Shared, added_up, counted_here

PATH = "/metrics"
OPENMETRICS = "application/openmetrics-text"


class Counts:
    """What this process has counted, together with the others where there is a folder for that.

    ``look`` sets the values of the moment. A folder that cannot be written makes numbers old and nothing
    else; it is said in the log once.
    """

    def __init__(self, look: Callable[[], None], shared: Shared | None, log: Any) -> None:
        self.shared = shared
        self._look = look
        self._log = log
        self._is_told = False
        self._lock = threading.Lock()

    def refresh(self) -> Samples:
        """Look, leave what was counted for the other workers, and give it."""
        with self._lock:
            self._look()
            settle()
            samples = counted_here()
            if self.shared is not None:
                try:
                    self.shared.leave(samples)
                    self._is_told = False
                except OSError:
                    if not self._is_told:
                        self._is_told = True
                        self._log.error("metrics", reason="folder")
            return samples

    def page(self, accept: str) -> tuple[bytes, str]:
        """The page and its content type, for what the header Accept says."""
        own = self.refresh()
        source = _Page([own, *(self.shared.others() if self.shared is not None else ())])
        if OPENMETRICS in accept:
            text: bytes = openmetrics.generate_latest(source)  # type: ignore[no-untyped-call]
            return text, openmetrics.CONTENT_TYPE_LATEST
        return exposition.generate_latest(source), exposition.CONTENT_TYPE_PLAIN_0_0_4


class _Page:
    """What the library's writers ask for the metrics."""

    def __init__(self, several: list[Samples]) -> None:
        self._several = several

    def collect(self) -> Iterable[Metric]:
        """Every metric, added up."""
        return added_up(self._several)


def metrics_view(counts: Counts) -> Callable[[], Response]:
    """Make the view of GET /metrics for the development profile."""

    def view() -> Response:
        body, content_type = counts.page(request.headers.get("Accept", ""))
        return Response(body, content_type=content_type)

    return view
