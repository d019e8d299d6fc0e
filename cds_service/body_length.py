"""How long the body of a request was announced to be."""

from __future__ import annotations

from typing import Any

from werkzeug.wsgi import get_content_length

# More digits than any length has.
_MOST_DIGITS = 18


def body_length(environ: dict[str, Any]) -> int | None:
    """Give the number of bytes in the environment of WSGI, None when nobody said.

    Plain digits, which nearly every caller sends, are read here; werkzeug reads everything else.
    """
    said = environ.get("CONTENT_LENGTH")
    if (
        isinstance(said, str)
        and said.isascii()
        and said.isdigit()
        and len(said) <= _MOST_DIGITS
        and "HTTP_TRANSFER_ENCODING" not in environ
    ):
        return int(said)
    return get_content_length(environ)
