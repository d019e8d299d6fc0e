"""The console of the development profile: pages to try the service, served by the service itself.

Every page is complete without script; htmx swaps its parts when there is one. Nothing that is pasted is kept.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from cards.guidance import MODEL_VERSION
from cds_service.errors import RequestRefused
from cds_service.observe.requests import log_failure
from cds_service.web.desk import desk
from cds_service.web.refused import Refused, refused_by
from cds_service.web.words import LANGUAGES, words

# More than the service reads, so that a person who pastes too much is told so by a page.
MOST_BYTES_READ = 64 * 1024 * 1024
PAGES = ("/", "/connect", "/timeline", "/insights")

console = Blueprint(
    "console",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)


def language() -> str:
    """The language of this page: the one asked for, else the first of the browser's that there is."""
    asked = request.values.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return request.accept_languages.best_match(LANGUAGES) or "en"


def address(path: str, **parameters: str) -> str:
    """The address of a page that keeps the language a person chose."""
    asked = request.values.get("lang", "")
    if asked in LANGUAGES:
        parameters.setdefault("lang", asked)
    query = urlencode(parameters)
    return f"{path}?{query}" if query else path


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Render one page of the console."""
    html = render_template(f"console/{template}", **(_common() | values))
    return Response(html, status, content_type="text/html; charset=utf-8")


def _common() -> dict[str, Any]:
    chosen = language()
    shared = {name: value for name, value in request.args.items() if name != "lang"}
    path = request.path if request.path in PAGES else "/"
    return {
        "t": words(chosen),
        "lang": chosen,
        "languages": {each: f"{path}?{urlencode(shared | {'lang': each})}" for each in LANGUAGES},
        "address": address,
        "path": path,
        "pages": PAGES,
        "version": MODEL_VERSION,
        "most_bytes": desk().settings.max_body_bytes,
    }


@console.before_request
def refuse_other_sites() -> Response | None:
    """Let forms of this console alone send data here, and read enough of them to answer with a page."""
    if request.method != "POST":
        return None
    request.max_content_length = MOST_BYTES_READ
    request.max_form_memory_size = MOST_BYTES_READ
    # Pages without a referrer send forms with the origin null; a frame of another site that does the same is
    # told apart by Sec-Fetch-Site.
    here = request.host_url.rstrip("/")
    is_own = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if not is_own or request.headers.get("Origin", here) not in (here, "null"):
        return refusal(Refused("other_site", status=403))
    return None


def refusal(refused: Refused) -> Response:
    """The page that says what is wrong and what to do."""
    return page("refused.html", refused.status, refused=refused)


@console.errorhandler(Exception)
def answer_with_a_page(error: Exception) -> Response:
    """Whatever goes wrong is a sentence on a page, never a blank one."""
    if isinstance(error, Refused):
        return refusal(error)
    if isinstance(error, RequestRefused):
        return refusal(refused_by(error))
    if isinstance(error, RequestEntityTooLarge):
        return refusal(Refused("too_large", status=413))
    if isinstance(error, HTTPException) and error.code is not None:
        return refusal(Refused("no_page", status=error.code))
    log_failure(desk().log, g.call, error)
    return refusal(Refused("failed", status=500))
