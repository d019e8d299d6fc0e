"""HealthChain's sandbox client: prints what it got back for each request, and what it logged, as JSON.

Arguments: the service's URL; a prefetch file or ``synthetic``; the patient id to put into each
context, or nothing to leave the random one.
"""

from __future__ import annotations

import json
import logging
import sys

from healthchain.sandbox import SandboxClient


def main(url: str, source: str, patient_id: str = "") -> None:
    """Load, set the patient, send."""
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    logger = logging.getLogger("healthchain.sandbox.sandboxclient")
    logger.addHandler(Listener(logging.ERROR))
    client = SandboxClient(url=url, workflow="patient-view")
    if source == "synthetic":
        client.load_synthetic(n=2, random_seed=7)
    else:
        client.load_from_path(source)
    for request in client.requests:
        if patient_id:
            request.context.patientId = patient_id
    sent = [request.model_dump(exclude_none=True, mode="json") for request in client.requests]
    responses = client.send_requests()
    json.dump({"sent": sent, "responses": responses, "said": said}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
