"""What the web server says is a line of the log like any other."""

from __future__ import annotations

import logging

import orjson

from cds_service.observe.server_lines import AsLine, OnlyNews


def record(text: str, *arguments: object) -> logging.LogRecord:
    """A record as the server makes it, about a failure whose words hold data."""
    failure = (ValueError, ValueError("Jane Doe"), None)
    return logging.LogRecord("_granian", logging.ERROR, "file", 1, text, arguments, failure)


def test_a_record_is_one_line_without_what_an_exception_says() -> None:
    """Event, text, level and moment; the words of an exception are left out."""
    line = AsLine().format(record("Unexpected exit from worker-%d", 1))
    assert "Jane" not in line
    members = orjson.loads(line)
    assert members.pop("timestamp").endswith("Z")
    assert members == {"event": "server", "level": "error", "text": "Unexpected exit from worker-1"}


def test_only_news_is_written() -> None:
    """The advice about threads, which is expected, is left out; anything else is kept."""
    assert not OnlyNews().filter(record("Configuration allows spawning up to 52 Python threads"))
    assert OnlyNews().filter(record("Unexpected exit from worker-1"))
