"""Insights: what clinicians did with the cards, by rule and reason."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, request

from cds_service.storage import DATABASE_ERRORS, prepare
from cds_service.storage.feedback_report import feedback_report
from cds_service.web.console import console, language, page
from cds_service.web.desk import desk
from cds_service.web.refused import Refused
from cds_service.web.understood import Phrases
from cds_service.web.words import rule_titles


@console.get("/insights")
def insights() -> Response:
    """Show the feedback report, all of it or from a day (UTC) on."""
    given = request.args.get("since", "")
    try:
        since = datetime.fromisoformat(given).replace(tzinfo=UTC) if given else None
    except ValueError:
        raise Refused("no_date") from None
    try:
        prepare(desk().engine)
        report = feedback_report(desk().engine, since)
    except DATABASE_ERRORS:
        raise Refused("no_database", status=503) from None
    titles = rule_titles(language())
    return page("insights.html", report=report, since=given, titles=titles, say=Phrases(language()))
