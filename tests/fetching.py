"""Fetching from a stub server, with few words."""

from __future__ import annotations

import pytest

from cds_service.outgoing import Budget, Destination, Fetched, Outgoing, register
from cds_service.outgoing.refusals import OutgoingError
from tests.stub_server import StubServer


def here(server: StubServer, path: str = "/fhir") -> Destination:
    """Register the stub."""
    return register(f"{server.url}{path}", allow_http=True)


def get(
    destination: Destination,
    url: str = "Patient/1",
    *,
    outgoing: Outgoing | None = None,
    seconds: float = 5,
    max_bytes: int = 1000,
    token: str | None = None,
    with_breaker: bool = False,
) -> Fetched:
    """Fetch with everything at its usual value."""
    return (outgoing or Outgoing()).fetch(
        destination,
        url,
        Budget.of(seconds),
        max_bytes=max_bytes,
        accept="application/fhir+json",
        token=token,
        with_breaker=with_breaker,
    )


def reason_of(destination: Destination, url: str = "Patient/1", **rest: object) -> str:
    """Fetch, and give the reason why that failed."""
    with pytest.raises(OutgoingError) as failed:
        get(destination, url, **rest)  # type: ignore[arg-type]
    return failed.value.reason
