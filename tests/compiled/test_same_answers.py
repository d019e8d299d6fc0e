from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPILED = ROOT / ".make" / "compiled"


def _answers(*path: Path) -> list[bytes]:
    """What the first core on a path answers; each run has its own order of sets."""
    given = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("many_answers.py"))],
        env={**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(map(str, path))},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    return given.stdout.splitlines()


@pytest.mark.deep
def test_compiled_and_pure_core_answer_alike_byte_for_byte() -> None:
    """Whether the core was compiled (`make compiled`) changes no byte of any answer."""
    core, *answers = _answers(COMPILED, ROOT)
    pure_core, *pure_answers = _answers(ROOT)
    assert (core.endswith(b".so"), pure_core.endswith(b".py")) == (True, True)
    assert len(answers) > 1500
    assert [
        number for number, (one, other) in enumerate(zip(answers, pure_answers, strict=True)) if one != other
    ] == []
