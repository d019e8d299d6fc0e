"""Threads of a process that serves share one heap."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import sys, threading
from cds_service.heap import share_one_heap

if sys.argv[1] == "one":
    share_one_heap()
ready, done = threading.Barrier(5), threading.Event()

def work():
    kept = [bytes(2000) for _ in range(100)]
    ready.wait()
    done.wait()

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
ready.wait()
# glibc puts each further heap at a multiple of 64 MiB.
starts = [int(line.split("-")[0], 16) for line in open("/proc/self/maps") if " rw-p " in line]
print(sum(start % (64 << 20) == 0 for start in starts))
done.set()
"""


def heaps(how_many: str) -> int:
    """Count the heaps beside the first of a process with four threads that use memory."""
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, how_many], env=environment, capture_output=True, text=True, check=True
    )
    return int(ran.stdout)


def test_threads_share_the_heap_of_the_process() -> None:
    """Four threads have four heaps of their own, and none after the call."""
    assert (heaps("many"), heaps("one")) == (4, 0)
