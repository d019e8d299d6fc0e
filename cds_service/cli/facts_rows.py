"""The rows of a FACTS input: one object, a JSON list or JSON lines, read without holding it all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

CHUNK_BYTES = 1 << 18
# A FACTS object of 1,000 findings, laid out over many lines, has less than 1 MB.
LONGEST_ROW_BYTES = 4 << 20

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_QUOTE = ord('"')
# A string that has no end in the text at hand matches too: then group 1 is not matched.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:(")|\\?\Z)|[\[\]{},]', re.DOTALL)
_TOO_LONG = f"a row is longer than {LONGEST_ROW_BYTES >> 20} MB"


class RowsRefusedError(ValueError):
    """The input as a whole is no FACTS input; rows before the fault have been given."""


def rows(stream: BinaryIO) -> Iterator[bytes]:
    """Give the JSON text of each row, in order.

    ``stream`` holds one FACTS object (on one line or laid out over many), a JSON list of them,
    or one a line; a byte order mark, blank lines and CRLF are passed over. A row may still be
    no JSON: the caller finds out when it decodes the row.

    Raises RowsRefusedError when there is no row at all, a row is longer than 4 MB or a list
    does not end.
    """
    first = _first_byte(stream)
    if first == b"[":
        return _list_rows(stream)
    return _line_rows(_lines(first, stream))


def _first_byte(stream: BinaryIO) -> bytes:
    byte = stream.read(1)
    if byte == _BOM[:1] and byte + stream.read(2) == _BOM:
        byte = stream.read(1)
    while byte and byte in _BLANK:
        byte = stream.read(1)
    if not byte:
        raise RowsRefusedError("no FACTS in the input")
    return byte


def _lines(start: bytes, stream: BinaryIO) -> Iterator[bytes]:
    line = start + stream.readline(LONGEST_ROW_BYTES)
    while line:
        if len(line) >= LONGEST_ROW_BYTES:
            raise RowsRefusedError(_TOO_LONG)
        if line.strip(_BLANK):
            yield line
        line = stream.readline(LONGEST_ROW_BYTES)


def _left_open(line: bytes) -> int:
    """Count the brackets that a line opens and does not close; 0 where a string has no end."""
    depth = 0
    for token in _TOKEN.finditer(line):
        mark = line[token.start()]
        if mark in b"[{":
            depth += 1
        elif mark in b"]}":
            depth -= 1
        elif mark == _QUOTE and token.group(1) is None:
            return 0
    return depth


def _line_rows(lines: Iterator[bytes]) -> Iterator[bytes]:
    first = next(lines)
    if _left_open(first) <= 0:
        yield first
    else:
        held, whole = _hold(first, lines)
        if whole or not any(map(_is_object, held[1:])):
            yield _joined(held)
            for line in lines:
                yield _joined(_hold(line, lines)[0])
            return
        # JSON lines whose first line was cut off.
        yield from held
    yield from lines


def _hold(first: bytes, lines: Iterator[bytes]) -> tuple[list[bytes], bool]:
    """Take lines until every bracket is closed; say whether that came about."""
    held = [first]
    size = len(first)
    depth = _left_open(first)
    while depth > 0 and size <= LONGEST_ROW_BYTES and (line := next(lines, None)):
        held.append(line)
        size += len(line)
        depth += _left_open(line)
    return held, depth <= 0


def _joined(held: list[bytes]) -> bytes:
    row = b"".join(held)
    if len(row) > LONGEST_ROW_BYTES:
        raise RowsRefusedError(_TOO_LONG)
    return row


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _list_rows(stream: BinaryIO) -> Iterator[bytes]:
    text = b""
    scanned = depth = given = 0
    while chunk := stream.read(CHUNK_BYTES):
        text += chunk
        start = 0
        for token in _TOKEN.finditer(text, scanned):
            mark = text[token.start()]
            if mark == _QUOTE:
                if token.group(1) is None:
                    scanned = token.start()
                    break
            elif mark in b"[{":
                depth += 1
            elif depth:
                depth -= mark in b"]}"
            else:
                row = _joined([text[start : token.start()]])
                start = token.end()
                if mark in b"]}":
                    if given or row.strip(_BLANK):
                        yield row
                    _end_of_list(text[start:] + stream.read(CHUNK_BYTES))
                    return
                given += 1
                yield row
        else:
            scanned = len(text)
        text, scanned = text[start:], scanned - start
        if len(text) > LONGEST_ROW_BYTES:
            raise RowsRefusedError(_TOO_LONG)
    raise RowsRefusedError("the list has no end")


def _end_of_list(rest: bytes) -> None:
    if rest.strip(_BLANK):
        raise RowsRefusedError("something follows the end of the list")
