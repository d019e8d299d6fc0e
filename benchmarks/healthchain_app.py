"""HealthChain answering every call with one fixed card of the size given in IDLE_ANSWER_BYTES.

``python benchmarks/healthchain_app.py PORT`` serves it as its documentation does, with uvicorn, one process
and no access log. It runs in an environment of its own and reads nothing of this project.
"""

from __future__ import annotations

import os
import sys

import uvicorn
from healthchain.gateway import CDSHooksService, HealthChainAPI
from healthchain.models import Card, CDSRequest, CDSResponse

DETAIL = "x" * max(0, int(os.environ["IDLE_ANSWER_BYTES"]) - 96)

service = CDSHooksService()


@service.hook("patient-view", id="fixed-card")
def fixed_card(request: CDSRequest) -> CDSResponse:
    """Read what HealthChain reads of the request, decide nothing."""
    card = Card(summary="A fixed card", indicator="info", source={"label": "bench"}, detail=DETAIL)
    return CDSResponse(cards=[card])


app = HealthChainAPI()
app.register_service(service)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
