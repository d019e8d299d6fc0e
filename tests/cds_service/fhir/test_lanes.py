"""A slow FHIR server keeps nobody from the others."""

from __future__ import annotations

import threading
from concurrent.futures import wait

import pytest

from cds_service.fhir.lanes import Lanes

SLOW, OTHER = "https://slow.example", "https://other.example"


def test_a_slow_server_has_its_own_lane() -> None:
    """However many reads wait for one server, another is read at once; in the end all are done, in order."""
    lanes, go_on, done = Lanes(most=2), threading.Event(), list[int]()

    def read(number: int) -> None:
        go_on.wait(10)
        done.append(number)

    slow = [lanes.submit(SLOW, lambda number=number: read(number)) for number in range(100)]  # type: ignore[misc]
    assert lanes.submit(OTHER, lambda: "read").result(10) == "read"
    assert done == []
    go_on.set()
    wait(slow, 10)
    assert sorted(done) == list(range(100))
    lanes.close()


def test_what_nobody_waits_for_is_not_read() -> None:
    """A read that was given up before its turn never begins, and those behind it do."""
    lanes, go_on, begun = Lanes(most=1), threading.Event(), list[str]()
    first = lanes.submit(SLOW, lambda: go_on.wait(10))
    second = lanes.submit(SLOW, lambda: begun.append("second"))
    third = lanes.submit(SLOW, lambda: begun.append("third"))
    assert second.cancel()
    go_on.set()
    wait([first, third], 10)
    assert begun == ["third"]
    lanes.close()


def test_a_failure_is_told_and_the_lane_goes_on() -> None:
    """What a read raises reaches whoever waits for it, and the next read of the lane is done."""
    lanes = Lanes(most=1)

    def fail() -> None:
        raise ZeroDivisionError

    failed, after = lanes.submit(SLOW, fail), lanes.submit(SLOW, lambda: "read")
    with pytest.raises(ZeroDivisionError):
        failed.result(10)
    assert after.result(10) == "read"
    lanes.close()
