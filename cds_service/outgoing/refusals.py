"""Why an outgoing call was not made or gave nothing: one reason code each, never an address."""

from __future__ import annotations

from cds_service.errors import ServiceError


class OutgoingError(ServiceError):
    """An outgoing call without a result. ``reason`` is one short code for logs and metrics."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutgoingRefused(OutgoingError):
    """This service did not want the call or its answer.

    Reasons: ``not-an-address``, ``scheme``, ``user-in-address``, ``fragment``, ``host``, ``port``, ``path``,
    ``redirect``, ``too-large``, ``encoding``, ``content-type``, or a name of ``refused_networks.csv``.
    """


class OutgoingFailed(OutgoingError):
    """The partner did not answer: ``unreachable``, ``name-not-found``, ``certificate``, ``timeout``,
    ``breaker-open``."""
