"""Lanes: every FHIR server has a few threads of its own, so that a slow one keeps nobody from the others."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

# A call has a handful of keys to read, and several calls are answered at a time in one process.
MOST_THREADS = 64
MOST_A_SERVER = 16

Result = TypeVar("Result")
Job = Callable[[], None]


class Lanes:
    """The reads of one process. Those of one origin wait for each other when there are too many of them."""

    def __init__(self, most: int = MOST_A_SERVER) -> None:
        self._most = most
        self._pool = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="fhir")
        self._running: dict[str, int] = {}
        self._queued: dict[str, deque[Job]] = {}
        self._lock = threading.Lock()

    def submit(self, origin: str, run: Callable[[], Result]) -> Future[Result]:
        """Run something that reads from ``origin``, now or when others of its lane are done."""
        future: Future[Result] = Future()

        def job() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(run())
                except Exception as error:
                    future.set_exception(error)

        with self._lock:
            running = self._running.get(origin, 0)
            if running >= self._most:
                self._queued.setdefault(origin, deque()).append(job)
                return future
            self._running[origin] = running + 1
        self._pool.submit(self._work, origin, job)
        return future

    def close(self) -> None:
        """Wait for what runs, and stop."""
        self._pool.shutdown()

    def _work(self, origin: str, first: Job) -> None:
        job: Job | None = first
        while job is not None:
            job()
            job = self._next(origin)

    def _next(self, origin: str) -> Job | None:
        with self._lock:
            queued = self._queued.get(origin)
            if queued:
                return queued.popleft()
            self._queued.pop(origin, None)
            self._running[origin] -= 1
            return None
