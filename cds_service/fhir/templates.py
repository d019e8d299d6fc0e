"""Prefetch template -> the read or search of one request (CH-040 to CH-043)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

_TOKEN = re.compile(r"\{\{context\.(\w+)\}\}")


def filled(template: str, context: Mapping[str, object]) -> str | None:
    """Put the context's values into a template; None when the context lacks one of them."""
    unknown = False

    def value(token: re.Match[str]) -> str:
        nonlocal unknown
        given = context.get(token[1])
        if not isinstance(given, str):
            unknown = True
            return ""
        return quote(given, safe="")

    query = _TOKEN.sub(value, template)
    return None if unknown or "{{" in query else query


def resource_type(query: str) -> str:
    """The resource type that a read or a search asks for: ``Observation?patient=1`` -> ``Observation``."""
    return re.split(r"[/?]", query, maxsplit=1)[0]
