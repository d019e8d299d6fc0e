"""Try it: a report goes in, what was understood and the cards come out."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request

from cds_service.errors import RequestRefused
from cds_service.golden_cases import case_folders
from cds_service.web.console import console, language, page
from cds_service.web.desk import desk
from cds_service.web.lexicon import EXAMS, MEMBERS, described_request, lexicon
from cds_service.web.outcome import Outcome, outcome_of
from cds_service.web.pasted import hook_body
from cds_service.web.refused import Refused, refused_by
from cds_service.web.understood import Phrases

Json = dict[str, Any]

# A longer text is not put back into the field: the page would be as long again.
LONGEST_TYPED = 200_000
# Select of the form -> the table of words that names its values.
TABLES = {
    "shape": "morphology",
    "arrangement": "distribution",
    "side": "side_name",
    "change": "change",
    "category": "category",
    "recommendation": "recommendation",
}


@console.route("/", methods=["GET", "POST"])
def try_it() -> Response:
    """Show a case, what was pasted or what the form describes, with all that came of it."""
    outcome: Outcome | None = None
    refused: Refused | None = None
    try:
        body = given()
        if body is not None:
            outcome = outcome_of(body, desk(), language(), request.host_url)
    except Refused as reason:
        refused = reason
    except RequestRefused as reason:
        refused = refused_by(reason)
    return page(
        "try.html",
        200 if refused is None else refused.status,
        outcome=outcome,
        refused=refused,
        typed=typed(outcome),
        cases=[folder.name for folder in case_folders()],
        case=request.args.get("case", ""),
        lexicon=lexicon(),
        exams=EXAMS,
        chosen=request.args,
        mode=mode(),
        say=Phrases(language()),
        tables=TABLES,
    )


def given() -> Json | None:
    """The body that this request brings, None when it brings none.

    A file goes before the text, the text before a case, a case before the form. Raises Refused.
    """
    if request.method == "POST":
        file = request.files.get("file")
        pasted = file.read() if file is not None and file.filename else b""
        return hook_body(pasted or request.form.get("json", "").encode(), desk().settings)
    if "case" in request.args:
        return case_body(request.args["case"])
    if mode() == "describe":
        return described_request(request.args, desk().line.today())
    return None


def mode() -> str:
    """Which of the three ways to give a report this request used: case, paste or describe."""
    if request.method == "POST":
        return "paste"
    return "describe" if any(request.args.get(member) for member in MEMBERS) else "case"


def typed(outcome: Outcome | None) -> str:
    """What stands in the text field: what was typed, else the request that was answered."""
    own = request.form.get("json", "") if request.method == "POST" else ""
    text = own or (outcome.request_json if outcome is not None else "")
    return text if len(text) <= LONGEST_TYPED else ""


def case_body(name: str) -> Json:
    """The request of a case that ships with the program. Raises Refused for a name that is none."""
    for folder in case_folders():
        if folder.name == name:
            body: Json = orjson.loads((folder / "request.json").read_bytes())
            return body
    raise Refused("no_case", status=404)
