"""Bytes of a request body -> a JSON object, or a refusal that says what is wrong with it."""

from __future__ import annotations

import gc
import json
from typing import Any

import orjson

from cds_service.errors import BadRequest

JsonObject = dict[str, object]

_ESCAPED_COLONS = (b"\\u003a", b"\\u003A")


def parse_json_object(body: bytes, max_depth: int) -> JsonObject:
    """Parse a body that must be one JSON object of at most ``max_depth`` levels (CH-001, CH-062).

    A repeated member name is refused: two readers could understand two different reports.
    Raises BadRequest; the message never holds a part of the body.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(
            f"The body is not JSON: {error.msg}, at line {error.lineno}, column {error.colno}.",
            code="structure",
        ) from None
    if not isinstance(value, dict):
        raise BadRequest("The body must be one JSON object.", code="structure")
    if is_deeper_than(value, max_depth):
        raise BadRequest(f"The body is nested more than {max_depth} levels deep.", code="structure")
    if repeats_a_name(body, value):
        raise BadRequest("A member name stands twice in one object of the body.", code="structure")
    return value


def is_deeper_than(value: JsonObject, max_depth: int) -> bool:
    """Say whether a parsed ``value`` has more than ``max_depth`` levels.

    The garbage collector names what all containers of a level hold in one step; to look at each member here
    would take six times as long.
    """
    level: list[Any] = [value]
    for _ in range(max_depth):
        level = gc.get_referents(*level)
        if not level:
            return False
    return any(isinstance(member, dict | list) for member in level)


def repeats_a_name(body: bytes, value: object) -> bool:
    """Say whether an object in ``body`` has one name twice.

    A parser drops the earlier one, and its colon with it: writing the value again then gives
    fewer colons. An escaped colon would blur the count, so such a body is parsed the slow way.
    """
    written = orjson.dumps(value)
    if written == body:
        return False
    if not any(escaped in body for escaped in _ESCAPED_COLONS):
        return written.count(b":") < body.count(b":")
    repeated = False

    def collect(pairs: list[tuple[str, object]]) -> JsonObject:
        nonlocal repeated
        members = dict(pairs)
        repeated = repeated or len(members) < len(pairs)
        return members

    json.loads(body, object_pairs_hook=collect)
    return repeated
