"""Timeline: one patient over time, as tables and as a chart drawn from them."""

from __future__ import annotations

from functools import cache

from flask import Response, request

from cds_service.golden_cases import case_folders
from cds_service.web.console import console, language, page
from cds_service.web.desk import desk
from cds_service.web.outcome import outcome_of
from cds_service.web.pasted import hook_body
from cds_service.web.timeline import timeline_of
from cds_service.web.try_it import case_body
from cds_service.web.understood import Phrases

# State of a follow-up -> the colour family of the design system.
COLOURS = {
    "done": "success",
    "open": "neutral",
    "due": "warning",
    "overdue": "danger",
    "escalated": "danger",
    "unknown": "neutral",
    "ended": "neutral",
}


@cache
def cases_with_history() -> tuple[str, ...]:
    """The cases that hold an earlier report."""
    return tuple(
        folder.name
        for folder in case_folders()
        if (folder / "request.json").read_text(encoding="utf-8").count('"DiagnosticReport",') > 1
    )


@console.route("/timeline", methods=["GET", "POST"])
def timeline() -> Response:
    """Show the timeline of the patient of a case, or of the request that another page posts."""
    body = None
    case = request.args.get("case", "")
    if request.method == "POST":
        body = hook_body(request.form.get("json", "").encode(), desk().settings)
    elif case:
        body = case_body(case)
    shown = None
    if body is not None:
        outcome = outcome_of(body, desk(), language(), request.host_url)
        line = desk().line
        shown = timeline_of(outcome.answer, line.policy, line.today())
    return page(
        "timeline.html",
        timeline=shown,
        asked=body is not None,
        cases=cases_with_history(),
        case=case,
        colours=COLOURS,
        today=desk().line.today(),
        say=Phrases(language()),
    )
