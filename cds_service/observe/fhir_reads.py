"""What is written down about reads from the FHIR server: an audit row for each, numbers in the log."""

from __future__ import annotations

from collections.abc import Callable

from cds_service.call import Call
from cds_service.fhir.access import FhirAccess
from cds_service.fhir.server_read import Reply
from cds_service.observe.audit import audit_fhir_read
from cds_service.observe.metrics import count_read
from cds_service.storage.writer import Writer


def reads_noted(writer: Writer, call: Call) -> Callable[[FhirAccess, Reply], None]:
    """Make the function that is told of every read of a call.

    The log has the number of reads and of failures; what was asked for stands in the audit alone.
    """

    def note(access: FhirAccess, reply: Reply) -> None:
        call.noted["fhir_reads"] = call.noted.get("fhir_reads", 0) + 1
        if reply.reason:
            call.noted["fhir_failed"] = call.noted.get("fhir_failed", 0) + 1
        count_read(reply)
        audit_fhir_read(
            writer,
            call,
            server=access.destination.base,
            query=reply.query,
            status=reply.status,
            patient=f"Patient/{access.patient_id}",
        )

    return note
