"""``python -m benchmarks.instructions``: how many machine instructions each step of an answer takes.

valgrind counts them. Its counts are the same on a busy machine, where times are not, so that a change of a
few percent can be seen. They say nothing about caches, and include no time that the system spends.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import orjson

from benchmarks.sign_offs import sign_offs
from benchmarks.steps import bench, line_steps

REQUESTS = 40
WORKING = "--work"
# Two calls of the system that nothing else makes: valgrind starts a count at one, writes it at the other.
_BEGIN, _END = "getppid", "getuid"


def count() -> dict[str, float]:
    """Thousand instructions of each step for one request. Raises CalledProcessError when a step fails."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        written = folder / "counted"
        program = [
            "valgrind",
            "--tool=callgrind",
            f"--callgrind-out-file={written}",
            f"--zero-before={_BEGIN}",
            f"--dump-before={_END}",
            *(sys.executable, "-m", "benchmarks.instructions", WORKING),
        ]
        # Sets and dictionaries in one order, so that two runs count the same.
        environment = os.environ | {"PYTHONHASHSEED": "0"}
        ran = subprocess.run(program, env=environment, capture_output=True, text=True, check=True)
        totals = [
            _total(Path(f"{written}.{number}")) for number, _ in enumerate(ran.stdout.split("\n")[:-1], 1)
        ]
        return dict(zip(ran.stdout.splitlines(), totals, strict=True))


def _total(counted: Path) -> float:
    (total,) = re.findall(r"(?m)^summary: (\d+)", counted.read_text())
    return int(total) / REQUESTS / 1000


def work() -> None:
    """Take each step once for nothing, as a warm service has, and once to be counted; print its name."""
    bodies = [orjson.dumps(each) for each in sign_offs(REQUESTS)]
    for name, step in line_steps(bench(), bodies).items():
        for number in range(REQUESTS):
            step(number)
        os.getppid()
        for number in range(REQUESTS):
            step(number)
        os.getuid()
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    if WORKING in sys.argv[1:]:
        work()
    elif shutil.which("valgrind") is None:
        sys.exit("valgrind is not installed (Debian: apt-get install valgrind).")
    else:
        for told, thousands in count().items():
            sys.stdout.write(f"{told:30}{thousands:8,.0f} thousand instructions\n")
