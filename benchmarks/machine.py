"""The machine and the moment of a run: what a reader needs to judge its figures, and no name or path."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from cards.guidance import guidance

BUSY_LOAD = 0.5


def describe() -> dict[str, str]:
    """Describe processor, cores, kernel, Python and load as they are now."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "Python": f"{platform.python_version()}, {platform.python_compiler()}",
        "Flask": version("flask"),
        "granian": version("granian"),
        "core": "compiled" if guidance.__file__.endswith(".so") else "not compiled",
        "load average before": f"{os.getloadavg()[0]:.2f}",
    }


def is_busy(machine: Mapping[str, str]) -> bool:
    """Say whether other programs used the processors when the run began."""
    return float(machine["load average before"]) > BUSY_LOAD


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
