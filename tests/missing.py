"""What a machine cannot provide: a test that needs it fails and says so, for what did not run was not shown.

A test says what it needs beside Python with ``@pytest.mark.needs("chromium")``, and with ``needs("root")``
that only root may do it. Who cannot install it leaves such tests out by asking for it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

# Debian keeps the programs of PostgreSQL off the path, one folder a version; `make deep` puts promtool here.
PROMTOOL = Path(__file__).resolve().parents[1] / ".make" / "promtool" / "usr" / "bin"
os.environ["PATH"] = os.pathsep.join(
    [
        os.environ.get("PATH", ""),
        *(str(each) for each in Path("/usr/lib/postgresql").glob("*/bin")),
        str(PROMTOOL),
    ]
)

ADVICE = '`make test` as root installs it on Debian; -m "not needs and not deep" leaves such tests out'


def missing_programs(programs: Iterable[str]) -> list[str]:
    """Name the programs that are not on the path, in the order given; ``root`` is the user of that name."""
    return [
        program
        for program in programs
        if (os.geteuid() != 0 if program == "root" else shutil.which(program) is None)
    ]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose programs are not all there, before anything of it runs."""
    needed = [program for marker in item.iter_markers("needs") for program in marker.args]
    if missing := missing_programs(needed):
        pytest.fail(f"missing here: {', '.join(missing)}; {ADVICE}", pytrace=False)
