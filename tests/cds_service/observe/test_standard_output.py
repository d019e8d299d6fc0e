"""Log lines of a moment are written together: all of them, in order, whole, and never twice."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from cds_service.observe import standard_output
from cds_service.observe.standard_output import ONE_PIECE, LinesTogether


class Pieces(io.BytesIO):
    """A file that keeps what it was given, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        """Keep one piece."""
        self.pieces.append(piece)
        return len(piece)


def standard_output_of(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Take what is written to standard output from now on, piece by piece."""
    file = Pieces()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=file))
    return file.pieces


def numbered(count: int, size: int = 300) -> list[bytes]:
    """Lines of that size, each with its number."""
    return [f"{number:>{size - 1}}\n".encode() for number in range(count)]


def test_lines_come_soon_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without another word a hundred lines are there within seconds, in the order they were written in."""
    pieces = standard_output_of(monkeypatch)
    output, lines = LinesTogether(), numbered(100)
    for line in lines:
        output.write(line)
        output.flush()
    limit = time.monotonic() + 10
    while b"".join(pieces) != b"".join(lines) and time.monotonic() < limit:
        time.sleep(0.01)
    assert b"".join(pieces) == b"".join(lines)


def test_a_piece_holds_whole_lines_that_the_system_takes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of two workers never mix: no piece is longer than a pipe takes whole, but for one long line."""
    pieces = standard_output_of(monkeypatch)
    output = LinesTogether()
    long_line = b"x" * 9000 + b"\n"
    for line in [*numbered(50), long_line, *numbered(50)]:
        output.write(line)
    output.hand_on()
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert [piece for piece in pieces if len(piece) > ONE_PIECE] == [long_line]
    assert len(pieces) == 9


def test_whoever_finds_too_many_waiting_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with a reader that is slow."""
    monkeypatch.setattr(standard_output, "MOST_WAITING", 10)
    monkeypatch.setattr(standard_output, "COLLECT_SECONDS", 3600)
    pieces = standard_output_of(monkeypatch)
    output, lines = LinesTogether(), numbered(11)
    for line in lines:
        output.write(line)
    assert b"".join(pieces) == b"".join(lines)


def test_a_reader_that_is_gone_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written is let go, and the next lines are taken all the same."""
    closed = io.BytesIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=closed))
    output, working = LinesTogether(), Pieces()
    output.write(b"lost\n")
    output.hand_on()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=working))
    output.write(b"kept\n")
    output.hand_on()
    assert working.pieces == [b"kept\n"]


@pytest.mark.parametrize(
    ("end", "written"),
    [
        pytest.param("", b"one\ntwo\n", id="ends"),
        pytest.param("raise SystemExit(3)", b"one\ntwo\n", id="exits"),
        pytest.param(
            "fork = multiprocessing.get_context('fork')\n"
            "child = fork.Process(target=output.write, args=(b'three\\n',))\n"
            "child.start(); child.join()",
            b"three\none\ntwo\n",
            id="a child",
        ),
    ],
)
def test_lines_that_wait_are_written_when_the_process_ends(end: str, written: bytes) -> None:
    """A process that ends at once has written every line, and a child repeats none of its parent's."""
    program = (
        "import multiprocessing\n"
        "from cds_service.observe import standard_output\n"
        "standard_output.COLLECT_SECONDS = 3600\n"
        "output = standard_output.LinesTogether()\n"
        f"output.write(b'one\\n'); output.write(b'two\\n')\n{end}\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, timeout=30)
    assert ran.stdout == written
