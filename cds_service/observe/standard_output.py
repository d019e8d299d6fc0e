"""Standard output as a file that the log writes to: each line at once, or the lines of a moment together."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from multiprocessing.util import Finalize

# Lines that come within this time are written together.
COLLECT_SECONDS = 0.2
# What the system takes in one piece (PIPE_BUF): only a line that is longer can mix with another worker's.
ONE_PIECE = 4096
# Lines that may wait for a reader who is slow.
MOST_WAITING = 10_000


class StandardOutput:
    """Each line at once. Looked up at each line, so that standard output can be redirected."""

    def write(self, line: bytes) -> None:
        """Write one line."""
        sys.stdout.buffer.write(line)

    def flush(self) -> None:
        """Hand the line on."""
        sys.stdout.buffer.flush()


class LinesTogether:
    """Lines of a moment together, written by a thread of their own, so that no answer waits for their reader.

    When MOST_WAITING lines wait, whoever has one more writes them: nothing is dropped while somebody reads.
    They are written when the process ends, too; what is lost with a process that is killed are the lines of
    COLLECT_SECONDS. The thread starts with the first line.
    """

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._output = StandardOutput()
        self._begin()
        # A child process has no thread of its parent, and must not repeat its lines.
        os.register_at_fork(after_in_child=self._begin)

    def write(self, line: bytes) -> None:
        """Take one line, to be written soon."""
        self._waiting.append(line)
        if len(self._waiting) > MOST_WAITING:
            self.hand_on()
        elif not self._is_due.is_set():
            self._have_it_written()

    def flush(self) -> None:
        """Do nothing: the thread hands the lines on."""

    def hand_on(self) -> None:
        """Write every line that waits, in order. Where nobody reads any more there is nobody to tell."""
        with self._turn:
            while self._waiting:
                piece = self._next_piece()
                try:
                    self._output.write(piece)
                    self._output.flush()
                except (OSError, ValueError):
                    continue

    def _begin(self) -> None:
        self._waiting.clear()
        self._is_due = threading.Event()
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None

    def _have_it_written(self) -> None:
        if self._thread is None:
            with self._turn:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                    self._thread.start()
                    # After everybody else who may have something to say at the end.
                    Finalize(None, self.hand_on, exitpriority=-1)
        self._is_due.set()

    def _run(self) -> None:
        while True:
            self._is_due.wait()
            time.sleep(COLLECT_SECONDS)
            self._is_due.clear()
            self.hand_on()

    def _next_piece(self) -> bytes:
        lines = [self._waiting.popleft()]
        size = len(lines[0])
        while self._waiting and size + len(self._waiting[0]) <= ONE_PIECE:
            lines.append(self._waiting.popleft())
            size += len(lines[-1])
        return b"".join(lines)
