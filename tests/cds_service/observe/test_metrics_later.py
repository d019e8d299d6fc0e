"""What is counted behind a call is counted once, soon, and never piles up."""

from __future__ import annotations

from threading import Thread

from cds_service.observe.metrics_later import MOST_WAITING, _waiting, later, settle


def test_everything_is_counted_once_by_however_many_threads() -> None:
    """Calls of several threads, which also settle, are all counted, and none of them twice."""
    counted: list[int] = []

    def calls(worker: int) -> None:
        for number in range(1000):
            later(counted.extend, worker * 1000 + number)

    threads = [Thread(target=calls, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle()
    assert sorted(counted) == list(range(8000))


def test_what_is_of_one_kind_is_counted_together() -> None:
    """Each kind of thing is counted with one call, which is given all of it in its order."""
    settle()
    cards: list[list[int]] = []
    requests: list[list[int]] = []
    for number in range(6):
        later(cards.append if number % 2 else requests.append, number)
    settle()
    assert (cards, requests) == ([[1, 3, 5]], [[0, 2, 4]])


def test_what_waits_is_bounded_also_where_nobody_settles() -> None:
    """A process without the second hand counts by itself when enough waits, in the order of the calls."""
    settle()
    counted: list[int] = []
    for number in range(10 * MOST_WAITING):
        later(counted.extend, number)
        assert len(_waiting) < MOST_WAITING
    assert counted == list(range(10 * MOST_WAITING))
