"""What is counted behind a call is counted once, soon, and never piles up."""

from __future__ import annotations

from collections import Counter
from threading import Thread

from cds_service.observe.metrics_later import MOST_WAITING, _waiting, later, settle


def test_everything_is_counted_once_by_however_many_threads() -> None:
    """Calls of several threads, which also settle, are all counted, and none of them twice."""
    counted: Counter[int] = Counter()

    def calls(worker: int) -> None:
        for number in range(1000):
            later(lambda value: counted.update([value]), worker * 1000 + number)

    threads = [Thread(target=calls, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle()
    assert (len(counted), set(counted.values())) == (8000, {1})


def test_what_waits_is_bounded_also_where_nobody_settles() -> None:
    """A process without the second hand counts by itself when enough waits, in the order of the calls."""
    settle()
    counted: list[int] = []
    for number in range(10 * MOST_WAITING):
        later(counted.append, number)
        assert len(_waiting) < MOST_WAITING
    assert counted == list(range(10 * MOST_WAITING))
