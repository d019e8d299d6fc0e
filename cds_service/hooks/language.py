"""The language a caller asks for: the header Accept-Language of the current request."""

from __future__ import annotations

from flask import request

from cards.writing.texts import LANGUAGES


def language_asked() -> str | None:
    """Return ``en`` or ``es`` when the caller asks for one of them, the one it likes best.

    None when it asks for neither or for anything (``*``): then the site's language holds. A region does
    not matter: ``es-MX`` is Spanish.
    """
    if "Accept-Language" not in request.headers:
        return None
    for tag, quality in request.accept_languages:
        language = tag.lower().partition("-")[0]
        if quality > 0 and language in LANGUAGES:
            return language
    return None
