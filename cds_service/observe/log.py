"""The log: one JSON line a request, nothing of the patient, the body or the caller's address.

Traps that are closed here: the HTTP client's logger would write query strings with patient
ids, and tracebacks with local variables would write resources.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import PurePath
from types import TracebackType
from typing import Any, BinaryIO

import orjson
import structlog

from cds_service.observe.standard_output import LinesTogether, StandardOutput

REQUEST_EVENT = "request"
FAILURE_EVENT = "failure"


class JsonLines(structlog.BoundLoggerBase):
    """A logger whose events are one JSON line each: a name, and fields by their names.

    What happens to an event happens in one step, because there is one for every request.
    """

    def info(self, event: str, **fields: Any) -> None:
        """Write what is as it should be."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Write what somebody should know of."""
        self._write("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Write what is our fault."""
        self._write("error", event, fields)

    def _write(self, level: str, event: str, fields: dict[str, Any]) -> None:
        fields["event"] = event
        fields["level"] = level
        fields["timestamp"] = datetime.now(UTC)
        self._logger.msg(orjson.dumps(fields, option=orjson.OPT_UTC_Z))


def open_log(stream: BinaryIO | LinesTogether | None = None) -> Any:
    """Return a logger that writes JSON lines to ``stream`` (standard output by default)."""
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    return structlog.wrap_logger(
        structlog.BytesLogger(stream if stream is not None else StandardOutput()),  # type: ignore[arg-type]
        wrapper_class=JsonLines,
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
