"""Bytes of a request body -> a JSON object, or a refusal that says what is wrong with it."""

from __future__ import annotations

import json

import orjson

from cds_service.errors import BadRequest

JsonObject = dict[str, object]

_ESCAPED_COLONS = (b"\\u003a", b"\\u003A")
LEVELS_WRITTEN = 254
"""Levels that orjson writes; one more it refuses."""

_Shell = tuple[list[object], list[object]]
# By their depth: empty lists inside of each other, the outermost and the innermost. A call takes one out
# while it uses it, so that no two share one.
_SHELLS: dict[int, list[_Shell]] = {}


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
    written = written_within(max_depth, value)
    if written is None:
        raise BadRequest(f"The body is nested more than {max_depth} levels deep.", code="structure")
    if repeats_a_name(body, written):
        raise BadRequest("A member name stands twice in one object of the body.", code="structure")
    return value


def written_within(max_depth: int, value: JsonObject) -> bytes | None:
    """Write a parsed ``value`` as JSON; None when it has more than ``max_depth`` levels, 253 at most.

    The value is put into so many lists that orjson, which counts levels while it writes, has ``max_depth``
    left. To count them apart took some twenty times as long as the lists do.
    """
    around = LEVELS_WRITTEN - max_depth
    spare = _SHELLS.setdefault(around, [])
    try:
        shell = spare.pop()
    except IndexError:
        shell = _shell(around)
    outermost, innermost = shell
    innermost.append(value)
    try:
        return orjson.dumps(outermost)[around:-around]
    except orjson.JSONEncodeError:
        return None
    finally:
        innermost.clear()
        spare.append(shell)


def _shell(depth: int) -> _Shell:
    innermost: list[object] = []
    outermost = innermost
    for _ in range(depth - 1):
        outermost = [outermost]
    return outermost, innermost


def repeats_a_name(body: bytes, written: bytes) -> bool:
    """Say whether an object in ``body`` has one name twice; ``written`` is what was parsed of it.

    A parser drops the earlier one, and its colon with it: what is written again then has fewer colons. An
    escaped colon would blur the count, so such a body is parsed the slow way.
    """
    if written == body:
        return False
    if b"\\" not in body or not any(escaped in body for escaped in _ESCAPED_COLONS):
        return written.count(b":") < body.count(b":")
    repeated = False

    def collect(pairs: list[tuple[str, object]]) -> JsonObject:
        nonlocal repeated
        members = dict(pairs)
        repeated = repeated or len(members) < len(pairs)
        return members

    json.loads(body, object_pairs_hook=collect)
    return repeated
