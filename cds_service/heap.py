"""One heap for all threads of a process that serves.

glibc gives each thread a heap of its own, so that none waits for another. Here one thread computes at a time,
and the memory that one request gave back is still in the cache of the processor when the next one asks: with
a heap for each thread the next one, in another thread, finds memory that was used a dozen requests ago.
"""

from __future__ import annotations

import ctypes

# The number of <malloc.h>: how many heaps there may be.
_M_ARENA_MAX = -8


def share_one_heap() -> None:
    """Let all threads share the heap of the process; call it before any is started.

    Other C libraries than glibc have no such choice, and nothing happens.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_M_ARENA_MAX, 1)
