"""The service that does nothing: what Flask, granian and orjson alone cost on this machine.

It parses the request body and returns one fixed body of the size given in IDLE_ANSWER_BYTES.
"""

from __future__ import annotations

import os

import orjson
from flask import Flask, Response, request

app = Flask(__name__)
ANSWER = orjson.dumps({"cards": [], "filler": "x" * max(0, int(os.environ["IDLE_ANSWER_BYTES"]) - 25)})


@app.post("/cds-services/<service_id>")
def answer(service_id: str) -> Response:
    """Read everything, decide nothing."""
    orjson.loads(request.get_data())
    return Response(ANSWER, mimetype="application/json")


@app.get("/healthz")
def healthz() -> str:
    """Say that the process is up."""
    return "ok"
