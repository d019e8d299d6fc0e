"""The three forms of a FACTS input, and what a damaged one gives."""

import io
import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.cli import facts_rows
from cds_service.cli.facts_rows import RowsRefusedError, rows

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(), _VALUES, min_size=1, max_size=4), min_size=1, max_size=5)


def read(text: str | bytes) -> list[object]:
    """Decode every row of a text; a row that is no JSON comes back as its text."""
    out = []
    for row in rows(io.BytesIO(text.encode() if isinstance(text, str) else text)):
        try:
            out.append(orjson.loads(row))
        except orjson.JSONDecodeError:
            out.append(row.strip())
    return out


@given(OBJECTS)
def test_json_lines_give_their_objects(objects):
    """Each line is a row."""
    assert read("".join(json.dumps(one) + "\n" for one in objects)) == objects


@given(OBJECTS, st.sampled_from([None, 0, 2]), st.booleans())
def test_a_list_gives_its_objects(objects, indent, ascii_only):
    """A JSON list is its items, on one line or laid out."""
    assert read(json.dumps(objects, indent=indent, ensure_ascii=ascii_only)) == objects


@given(OBJECTS, st.sampled_from([0, 2]))
def test_objects_laid_out_over_lines_are_rows(objects, indent):
    """One object over many lines is one row, and so is each one that follows."""
    assert read("\n".join(json.dumps(one, indent=indent) for one in objects)) == objects


@given(OBJECTS)
def test_a_list_is_the_same_however_it_is_cut_into_chunks(objects):
    """A chunk may end inside a string, an escape or a number."""
    before = facts_rows.CHUNK_BYTES
    try:
        facts_rows.CHUNK_BYTES = 3
        assert read(json.dumps(objects)) == objects
    finally:
        facts_rows.CHUNK_BYTES = before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"\xef\xbb\xbf" + b'{"a":1}\r\n\r\n{"a":2}\r\n', [{"a": 1}, {"a": 2}]),
        ("\n\n  {\n  \"a\": 1\n}\n\n", [{"a": 1}]),
        ('{"findings": [\n{"a": 1}\n]}\n', [{"findings": [{"a": 1}]}]),
        ('{"a": 1}', [{"a": 1}]),
        ("[]", []),
        (" [ ]\n", []),
        ('[{"a": "]},["}]', [{"a": "]},["}]),
        ('[{"a": "\\\\"}, {"a": "\\""}]', [{"a": "\\"}, {"a": '"'}]),
        ('{"a": 1}\nnonsense\n{"a": 2}\n', [{"a": 1}, b"nonsense", {"a": 2}]),
        ('{"a": 1\n{"a": 2}\n{"a": 3}\n', [b'{"a": 1', {"a": 2}, {"a": 3}]),
        ('{"a": "x\n{"a": 2}\n', [b'{"a": "x', {"a": 2}]),
        ('{"a": 1}\n{"a": [\n{"a": 3}\n', [{"a": 1}, b'{"a": [', {"a": 3}]),
        ('{\n"a": 1,\n', [b'{\n"a": 1,']),
        ('[{"a": 1}, nonsense, {"a": 2}]', [{"a": 1}, b"nonsense", {"a": 2}]),
        ('[{"a": 1},]', [{"a": 1}, b""]),
        ("nonsense", [b"nonsense"]),
        ("7", [7]),
    ],
)  # fmt: skip
def test_odd_inputs_give_their_rows(text, expected):
    """Marks, blank lines and layouts are passed over; a damaged row stays one row in its place."""
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no FACTS in the input"),
        (" \n\t\r\n", "no FACTS in the input"),
        (b"\xef\xbb\xbf", "no FACTS in the input"),
        ('[{"a": 1}', "the list has no end"),
        ('[{"a": 1', "the list has no end"),
        ('[{"a": 1}] {"a": 2}', "something follows the end of the list"),
        ('{"a": "' + "x" * facts_rows.LONGEST_ROW_BYTES + '"}', "longer than 4 MB"),
        ('[{"a": "' + "x" * facts_rows.LONGEST_ROW_BYTES + '"}]', "longer than 4 MB"),
        ('{"a": 1}\n{"a": "' + "x" * facts_rows.LONGEST_ROW_BYTES + '"}', "longer than 4 MB"),
        ('{"a": [\n' + "1,\n" * (facts_rows.LONGEST_ROW_BYTES // 3), "longer than 4 MB"),
    ],
    ids=range(10),
)
def test_an_input_that_is_damaged_as_a_whole_is_refused(text, reason):
    """Nothing at all, a list without an end and a row without measure are refused with the reason."""
    with pytest.raises(RowsRefusedError, match=reason):
        read(text)
