"""Checks what the other tools do not: file lengths, and that the tree names no machine.

Prints one line a defect, ``path:line: reason``, and exits 1 if there is any.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 300

# The character classes keep these patterns from matching themselves.
ELSEWHERE = {
    "the address of a package registry": re.compile(
        r"py[p]i\.org|python[h]osted\.org|npm[j]s\.(org|com)|deb\.[d]ebian\.org|--(extra-)?index[-]url[ =]\S"
    ),
    "a path of one machine": re.compile(r"(?<![\w.\]])/(w[o]rk|t[m]p|r[o]ot|h[o]me)/[\w.]|\.\./[s]hared\b"),
}


def tracked_files() -> Iterator[Path]:
    """Every file of the checkout that git keeps or would keep."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in sorted(set(listing.split("\0")) - {""}):
        path = ROOT / name
        if path.is_file():
            yield path


def defects_in(path: Path) -> Iterator[str]:
    """Every defect of one file, as ``line: reason``."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return
    if path.suffix == ".py" and len(lines) > MOST_LINES:
        yield f"{len(lines)}: a file of more than {MOST_LINES} lines is two files"
    for number, line in enumerate(lines, start=1):
        for reason, pattern in ELSEWHERE.items():
            if pattern.search(line):
                yield f"{number}: {reason}"


def main() -> int:
    """Check the whole tree."""
    found = [f"{path.relative_to(ROOT)}:{defect}" for path in tracked_files() for defect in defects_in(path)]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
