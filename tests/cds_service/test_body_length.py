"""The announced length of a body is what werkzeug reads, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wsgi import get_content_length

from cds_service.body_length import body_length

SAID = ["0", "11505", "007", " 12 ", "+5", "-5", "1_000", "", "abc", "²", "٣", "9" * 18, "9" * 19, "9" * 5000]


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("encoding", [None, "chunked", "gzip", ""])
def test_the_length_is_what_werkzeug_reads(said: str, encoding: str | None) -> None:
    """Digits, signs, blanks, other scripts and far too many digits, with and without a transfer encoding."""
    environ = {"CONTENT_LENGTH": said} | ({} if encoding is None else {"HTTP_TRANSFER_ENCODING": encoding})
    assert body_length(environ) == get_content_length(environ)


@given(st.text(max_size=30) | st.integers().map(str))
def test_any_text_is_read_as_werkzeug_reads_it(said: str) -> None:
    """No text at all is taken for another length, and none breaks the reading."""
    assert body_length({"CONTENT_LENGTH": said}) == get_content_length({"CONTENT_LENGTH": said})


def test_a_length_that_nobody_said_is_none() -> None:
    """Without the header there is no length."""
    assert body_length({}) is None
