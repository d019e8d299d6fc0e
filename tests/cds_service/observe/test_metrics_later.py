"""What is counted behind a call is counted once, soon, and never piles up."""

from __future__ import annotations

from collections import Counter
from threading import Thread

from cds_service.observe.metrics_later import MOST_WAITING, _waiting, later, settle


def test_everything_is_counted_once_by_however_many_threads() -> None:
    """Calls of several threads, which also settle, are all counted, and none of them twice."""
    counted: list[int] = []

    def count(times: int, value: int) -> None:
        counted.extend([value] * times)

    def calls(worker: int) -> None:
        for number in range(1000):
            later([(count, (worker * 1000 + number,)), (count, (-1,))])

    threads = [Thread(target=calls, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle()
    assert Counter(counted) == Counter({-1: 8000}) + Counter(range(8000))


def test_what_happened_often_is_counted_in_one_step() -> None:
    """A hundred times the same is one call that adds a hundred; other values are another call."""
    settle()
    counted: list[tuple[int, str]] = []

    def count(times: int, value: str) -> None:
        counted.append((times, value))

    later([(count, ("one",))] * 100)
    later([(count, ("other",))])
    settle()
    assert sorted(counted) == [(1, "other"), (100, "one")]


def test_what_waits_is_bounded_also_where_nobody_settles() -> None:
    """A process without the second hand counts by itself when enough waits."""
    settle()
    counted: list[int] = []

    def count(times: int, value: int) -> None:
        counted.extend([value] * times)

    for number in range(3 * MOST_WAITING):
        later([(count, (number,))])
        assert len(_waiting) < MOST_WAITING
    assert counted == list(range(3 * MOST_WAITING))
