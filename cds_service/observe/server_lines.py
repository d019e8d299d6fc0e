"""What the web server itself says, as lines of the same log: starts, stops, a worker that died."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import orjson

SERVER_EVENT = "server"
# It counts threads against cores; ours wait for others most of the time (cds_service/permits.py).
_EXPECTED = "Configuration allows spawning"


class AsLine(logging.Formatter):
    """A record as one JSON line; an exception is left out, because its message may hold data."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line = {
            "event": SERVER_EVENT,
            "text": record.getMessage(),
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC),
        }
        return orjson.dumps(line, option=orjson.OPT_UTC_Z).decode()


class OnlyNews(logging.Filter):
    """Keep what is worth a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether to write it."""
        return not record.getMessage().startswith(_EXPECTED)


SERVER_LOG = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"news": {"()": OnlyNews}},
    "formatters": {"line": {"()": AsLine}},
    "handlers": {
        "console": {
            "formatter": "line",
            "filters": ["news"],
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
        }
    },
    "loggers": {"_granian": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
