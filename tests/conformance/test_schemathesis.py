"""schemathesis reads the served document and attacks every address in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
PROGRAM = Path(sys.executable).with_name("schemathesis")


def test_no_check_of_schemathesis_fails(served: str, tmp_path: Path) -> None:
    """All checks, valid and damaged data, every address: nothing that the document does not say."""
    command = [
        *(str(PROGRAM), "--config-file", str(CONFIGURATION), "--no-color", "run", f"{served}/openapi.json"),
        *("--checks", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", "15"),
        *("--seed", "20260504", "--no-shrink", "--suppress-health-check", "all"),
    ]
    run = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "110"},
    )
    report = "\n".join(line[:200] for line in run.stdout.splitlines()[-60:])
    counted = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert run.returncode == 0, report
    assert counted is not None, report
    assert (counted[1], int(counted[2]) > 500) == (counted[2], True), report
