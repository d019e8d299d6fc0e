"""FhirAccess: the right to read one patient's data from the caller's FHIR server during one call.

It exists only when the request brings an address and a token and the address is registered for this caller
(CH-085, CH-089). The token lives as long as the call (CH-088).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cds_service.fhir.lanes import Lanes
from cds_service.fhir.server_read import Reply, read_json
from cds_service.hooks.hook_request import HookRequest
from cds_service.outgoing import Budget, Destination, Outgoing
from cds_service.trust.client import Caller


@dataclass(frozen=True, slots=True)
class FhirReader:
    """What every read of this process shares.

    ``seconds``: the time for all reads of one call. ``max_bytes`` and ``max_depth`` bound one answer,
    ``max_entries`` the resources of one call.
    """

    outgoing: Outgoing
    seconds: float
    max_bytes: int
    max_depth: int
    max_entries: int
    lanes: Lanes = field(default_factory=Lanes, repr=False)


@dataclass(frozen=True, slots=True)
class FhirAccess:
    """One call's access. ``note`` is told of every read, on the thread that answers the call."""

    reader: FhirReader
    destination: Destination
    token: str = field(repr=False)
    patient_id: str = field(repr=False)
    note: Callable[[FhirAccess, Reply], None] = field(repr=False)

    def read(self, query: str, budget: Budget, url: str | None = None) -> Reply:
        """Ask the server for ``query``; ``url`` is the address of a further page of it."""
        began = time.perf_counter()
        reply = read_json(
            self.reader.outgoing,
            self.destination,
            query,
            url or query,
            self.token,
            budget,
            max_bytes=self.reader.max_bytes,
            max_depth=self.reader.max_depth,
        )
        return replace(reply, seconds=time.perf_counter() - began)


NoteRead = Callable[[FhirAccess, Reply], None]
"""Told of every read of a call."""

Grant = Callable[[], FhirAccess | None]
"""Asked for access when something is left to read; None when the server may not be read."""


def fhir_access(
    request: HookRequest, caller: Caller, reader: FhirReader, note: NoteRead
) -> FhirAccess | None:
    """Grant access to the server a request names, or None.

    None when the request brings no address or no token, or names a server that is not registered for this
    caller and tenant: such a server is never called.
    """
    authorization = request.fhir_authorization
    if authorization is None or request.fhir_server is None:
        return None
    destination = caller.client.fhir_destination(request.fhir_server, caller.tenant)
    if destination is None:
        return None
    patient = request.context["patientId"]
    return FhirAccess(reader, destination, authorization.access_token, str(patient), note)
