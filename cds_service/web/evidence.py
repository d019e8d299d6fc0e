"""The public evidence pages: why a card says what it says. The same for everybody.

They are rendered from the model's own tables, carry nothing of any report, and stay in place
in production. ``source.url`` of every card is ``/evidence`` (CH-126), its icon the PNG here.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, render_template

from cards.guidance import MODEL_VERSION, RULES
from cards.knowledge import about, rule_page, source
from cards.writing.card_json import EVIDENCE_PATH, ICON_PATH
from cards.writing.families import families, override_reasons
from cards.writing.family_rules import rules_of
from cards.writing.texts import texts

evidence = Blueprint("evidence", __name__, template_folder="templates", static_folder=None)

_CACHE_SECONDS = 3600
_STATIC = Path(__file__).with_name("static")


def _page(template: str, **values: object) -> Response:
    html = render_template(f"evidence/{template}", version=MODEL_VERSION, **values)
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; img-src 'self'"
    response.cache_control.public = True
    response.cache_control.max_age = _CACHE_SECONDS
    return response


def _file(name: str, content_type: str) -> Response:
    response = Response((_STATIC / name).read_bytes(), content_type=content_type)
    response.cache_control.public = True
    response.cache_control.max_age = _CACHE_SECONDS
    return response


@evidence.get(EVIDENCE_PATH)
def index() -> Response:
    """List the families of cards, the rules, the intended use, limits and history."""
    topics = texts("en").tables["topic"]
    return _page("index.html", about=about(), families=topics, rules=RULES.values())


@evidence.get("/evidence/rules/<rule_id>")
def rule(rule_id: str) -> Response:
    """Explain one rule in plain language, with its sources; 404 for an unknown id."""
    page = rule_page(rule_id)
    if page is None:
        abort(404)
    return _page("rule.html", page=page, about=about())


@evidence.get("/evidence/cards/<family>")
def family(family: str) -> Response:
    """Explain one family of cards: its rules, sources and reasons for dismissal; 404 if unknown."""
    if family not in families().by_name:
        abort(404)
    rules = [RULES[rule_id] for rule_id in rules_of(family)]
    cited = dict.fromkeys(citation for one in rules for citation in one.citations)
    return _page(
        "family.html",
        family=family,
        title=texts("en").tables["topic"][family],
        rules=rules,
        sources=[source(citation) for citation in cited],
        reasons=override_reasons(family, "en"),
        about=about(),
    )


@evidence.get(ICON_PATH)
def icon() -> Response:
    """Give the 100 by 100 icon of the source (CH-127)."""
    return _file("icon.png", "image/png")


@evidence.get("/evidence/style.css")
def style() -> Response:
    """Give the style sheet of these pages."""
    return _file("evidence.css", "text/css; charset=utf-8")
