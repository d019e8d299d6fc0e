"""The log: one JSON line a request, nothing of the patient, the body or the caller's address.

Traps that are closed here: the HTTP client's logger would write query strings with patient
ids, and tracebacks with local variables would write resources.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import PurePath
from types import TracebackType
from typing import Any, BinaryIO

import orjson
import structlog

REQUEST_EVENT = "request"
FAILURE_EVENT = "failure"


def _as_json(_: object, level: str, event: MutableMapping[str, Any]) -> bytes:
    """The whole of what happens to an event, in one step: there is one for every request."""
    event["level"] = level
    event["timestamp"] = datetime.now(UTC)
    return orjson.dumps(event, option=orjson.OPT_UTC_Z)


class StandardOutput:
    """The bytes side of standard output, looked up at each line so that it can be redirected."""

    def write(self, line: bytes) -> None:
        """Write one line."""
        sys.stdout.buffer.write(line)

    def flush(self) -> None:
        """Hand the line on."""
        sys.stdout.buffer.flush()


def open_log(stream: BinaryIO | None = None) -> Any:
    """Return a logger that writes JSON lines to ``stream`` (standard output by default)."""
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    return structlog.wrap_logger(
        structlog.BytesLogger(stream if stream is not None else StandardOutput()),  # type: ignore[arg-type]
        processors=[_as_json],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    ).bind()


def places(error: BaseException) -> list[str]:
    """Name the type of an exception and where it was raised: file, line and function of each frame.

    Its message and the variables of the frames are left out, because they may hold data.
    """
    lines = [type(error).__name__]
    frame: TracebackType | None = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        lines.append(f"{PurePath(code.co_filename).name}:{frame.tb_lineno} {code.co_name}")
        frame = frame.tb_next
    return lines
