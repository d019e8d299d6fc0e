"""The collector of a process that serves leaves alone what was loaded, and still collects."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc, weakref
from cds_service.garbage import look_less_often

class Ring:
    pass

look_less_often()
frozen = gc.get_freeze_count()
ring = Ring()
ring.itself = ring
gone = weakref.ref(ring)
del ring
kept = [[] for _ in range(200_000)]
print(frozen > 1000, gone() is None)
"""


def test_loaded_objects_are_left_alone_and_later_garbage_is_found() -> None:
    """What stood before the call is frozen; a ring of objects made afterwards is collected by itself."""
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert ran.stdout.split() == ["True", "True"]
