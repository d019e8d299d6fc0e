"""Fresh ids: well formed, in the order of time, never twice, not even in a child process."""

from __future__ import annotations

import functools
import operator
import os
import time
import uuid

import pytest

from cds_service import fresh_ids
from cds_service.fresh_ids import fresh_uuid


def test_each_id_is_a_uuid_of_version_7() -> None:
    """Ten thousand ids are canonical uuids of version 7 and all different."""
    ids = [fresh_uuid() for _ in range(10_000)]

    read = [uuid.UUID(each) for each in ids]

    assert [str(each) for each in read] == ids
    assert {each.variant for each in read} == {uuid.RFC_4122}
    assert {each.version for each in read} == {7}
    assert len(set(ids)) == len(ids)


def test_an_id_begins_with_the_milliseconds_since_1970(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment is that at which the id was drawn, so that later ids sort after earlier ones."""
    drawn = []
    for second in (1_777_896_000, 1_777_896_001):
        fresh_ids._ready.clear()
        monkeypatch.setattr(time, "time_ns", lambda moment=second: moment * 1_000_000_000)
        drawn.append(fresh_uuid())
    fresh_ids._ready.clear()

    assert [uuid.UUID(each).int >> 80 for each in drawn] == [1_777_896_000_000, 1_777_896_001_000]
    assert drawn == sorted(drawn)


def test_every_random_bit_of_an_id_varies() -> None:
    """Beside moment, version and variant there are 74 bits, each seen as 0 and as 1: nobody guesses an id."""
    seen = [uuid.UUID(fresh_uuid()).int for _ in range(2_000)]
    fixed = (0xFFFF_FFFF_FFFF << 80) | (0xF << 76) | (0b11 << 62)

    ever_one = functools.reduce(operator.or_, seen)
    ever_zero = functools.reduce(operator.or_, (~each for each in seen))

    assert (ever_one & ever_zero & ((1 << 128) - 1)) | fixed == (1 << 128) - 1
    assert fixed.bit_count() == 128 - 74


def test_a_child_process_makes_ids_of_its_own() -> None:
    """What a parent had drawn in advance is not handed out again by its child."""
    fresh_uuid()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, " ".join(fresh_uuid() for _ in range(100)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        of_child = pipe.read().split()
    os.waitpid(child, 0)

    of_parent = [fresh_uuid() for _ in range(400)]

    assert len(of_child) == 100
    assert set(of_child).isdisjoint(of_parent)
