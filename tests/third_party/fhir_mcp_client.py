"""fhir-mcp's CDS Hooks client: prints the cards it got, or why it fell back to its own mock, as JSON.

Argument: the service's base URL. Standard input: a JSON object with hook, context and prefetch. The client
makes pseudonyms of the ids in the prefetch alone; with ``pseudonym`` in the input the context's patient
gets the same one, as an EHR that works with pseudonyms would send it.
"""

from __future__ import annotations

import asyncio
import json
import sys

from fhir_mcp.cds_hooks import CdsHooksClient
from fhir_mcp.deid.pipeline import deidentify_resource


def main(base: str) -> None:
    """Invoke the hook once."""
    given = json.load(sys.stdin)
    client = CdsHooksClient(base)
    if given.get("pseudonym"):
        patient = asyncio.run(deidentify_resource(given["prefetch"]["patient"]))
        given["context"]["patientId"] = patient["id"]
    answer = asyncio.run(client.invoke(given["hook"], given["context"], given["prefetch"], allow_live=True))
    shown = {"cards": answer.cards, "used_mock": answer.used_mock, "reason": answer.fallback_reason}
    print("\n" + json.dumps(shown))  # noqa: T201 - the program's log lines come before


if __name__ == "__main__":
    main(*sys.argv[1:])
