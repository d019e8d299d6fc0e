"""The bytes side of standard output, as a file that the log writes to."""

from __future__ import annotations

import sys


class StandardOutput:
    """Looked up at each line, so that standard output can be redirected."""

    def write(self, line: bytes) -> None:
        """Write one line."""
        sys.stdout.buffer.write(line)

    def flush(self) -> None:
        """Hand the line on."""
        sys.stdout.buffer.flush()
