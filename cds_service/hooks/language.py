"""The language a caller asks for: the header Accept-Language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from cards.writing.texts import LANGUAGES


def language_asked(environ: Mapping[str, Any]) -> str | None:
    """Return ``en`` or ``es`` when the caller asks for one of them, the one it likes best.

    None when it asks for neither or for anything (``*``): then the site's language holds. A region does
    not matter: ``es-MX`` is Spanish.
    """
    accepted = environ.get("HTTP_ACCEPT_LANGUAGE")
    if accepted is None:
        return None
    for tag, quality in parse_accept_header(accepted, LanguageAccept):
        language = tag.lower().partition("-")[0]
        if quality > 0 and language in LANGUAGES:
            return language
    return None
