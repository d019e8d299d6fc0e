"""Bytes that are not one plain JSON object are refused without being repeated."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import BadRequest
from cds_service.hooks.json_body import (
    _SHELLS,
    LEVELS_WRITTEN,
    parse_json_object,
    repeats_a_name,
    written_within,
)

DEPTH = 64


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not JSON"),
        (b'{"hook":"x",}', "not JSON"),
        (b'{"hook":NaN}', "not JSON"),
        (b'{"hook":"\xff"}', "not JSON"),
        (b'{"hook":"\\ud800"}', "not JSON"),
        (b"[" * 10_000 + b"]" * 10_000, "not JSON"),
        (b"[]", "one JSON object"),
        (b'"text"', "one JSON object"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "64 levels"),
        (b'{"a":1,"b":{"c":1,"c":2}}', "stands twice"),
        (b'{"a":1,"b":{"c":"\\u003a","c":"\\u003A"}}', "stands twice"),
    ],
)
def test_unusable_bodies_are_refused(body: bytes, words: str) -> None:
    """Each kind of unusable body is a 400 that says what is wrong."""
    with pytest.raises(BadRequest, match=words):
        parse_json_object(body, DEPTH)


def test_nothing_of_the_body_stands_in_the_refusal() -> None:
    """The message names a place in the body, not a part of it."""
    with pytest.raises(BadRequest) as refused:
        parse_json_object(b'{"marker":marker}', DEPTH)
    assert "marker" not in refused.value.diagnostics


def test_the_deepest_allowed_body_is_read() -> None:
    """Exactly the limit is fine; one level more is not."""
    body = b'{"a":' * 64 + b"1" + b"}" * 64
    assert parse_json_object(body, 64) == orjson.loads(body)
    with pytest.raises(BadRequest):
        parse_json_object(body, 63)


def test_brackets_in_strings_are_not_levels() -> None:
    """Text full of brackets and colons is text."""
    value = {"text": "[{" * 500, "time": "12:30", "more": ["}{", "::"]}
    assert parse_json_object(orjson.dumps(value), DEPTH) == value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text('ab:[]{}"\\é', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("ab:{", max_size=3), inner, max_size=4)
    ),
    max_leaves=40,
)


def depth_of(value: object) -> int:
    """Count the levels of a value the plain way."""
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4), st.integers(1, 8))
def test_depth_is_measured_right(value: dict[str, object], limit: int) -> None:
    """What is written again has the levels that the plain way counts, and is the value."""
    assert written_within(limit, value) == (None if depth_of(value) > limit else orjson.dumps(value))


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_an_object_without_repeated_names_is_let_through(value: dict[str, object]) -> None:
    """No body is refused for a repeated name that it does not have."""
    assert not repeats_a_name(orjson.dumps(value, option=orjson.OPT_INDENT_2), orjson.dumps(value))


def test_nothing_of_a_body_is_kept() -> None:
    """What the levels were counted with holds neither a body that was read nor one that was refused."""
    parse_json_object(b'{"a":{}}', DEPTH)
    with pytest.raises(BadRequest):
        parse_json_object(b'{"a":' * 65 + b"1" + b"}" * 65, DEPTH)
    assert [innermost for shells in _SHELLS.values() for _, innermost in shells if innermost] == []
    assert _SHELLS[LEVELS_WRITTEN - DEPTH]


def test_calls_at_the_same_time_do_not_share_their_bodies() -> None:
    """Each of many threads gets back what it parsed."""

    def parse(number: int) -> bool:
        value = {"number": number, "more": [{"number": number}] * 50}
        return parse_json_object(orjson.dumps(value, option=orjson.OPT_INDENT_2), DEPTH) == value

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(parse, range(400)))
