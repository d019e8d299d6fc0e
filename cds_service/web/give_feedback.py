"""Feedback from a browser without script: the same body, checked and stored as the endpoint does it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response, g, request
from werkzeug.datastructures import MultiDict

from cds_service.hooks.feedback_body import parse_feedback
from cds_service.web.console import console, page
from cds_service.web.desk import desk
from cds_service.web.refused import Refused

Json = dict[str, Any]


@console.post("/feedback")
def feedback() -> Response:
    """Store what a person decided about one card, and show what an EHR would have sent."""
    service = request.form.get("service", "")
    if service not in desk().offered:
        raise Refused("no_page", status=404)
    body = feedback_of(request.form, datetime.now(UTC))
    desk().feedback.keep(g.caller, service, parse_feedback(body))
    sent = orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()
    return page("feedback.html", sent=f"POST /cds-services/{service}/feedback\n{sent}")


def feedback_of(form: MultiDict[str, str], now: datetime) -> Json:
    """The feedback body for one card: accepted when a suggestion was taken, else overridden."""
    item: Json = {"card": form.get("card", ""), "outcomeTimestamp": now.isoformat()}
    if form.get("suggestion"):
        return {
            "feedback": [item | {"outcome": "accepted", "acceptedSuggestions": [{"id": form["suggestion"]}]}]
        }
    override: Json = {}
    if form.get("reason"):
        system, _, code = form["reason"].partition("|")
        override["reason"] = {"system": system, "code": code}
    if form.get("comment"):
        override["userComment"] = form["comment"]
    item["outcome"] = "overridden"
    return {"feedback": [item | ({"overrideReason": override} if override else {})]}
