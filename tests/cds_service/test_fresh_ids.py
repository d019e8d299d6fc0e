"""Random ids: well formed, never twice, not even in a child process."""

from __future__ import annotations

import os
import uuid

from cds_service.fresh_ids import fresh_uuid


def test_each_id_is_a_random_uuid_of_version_4() -> None:
    """Ten thousand ids are canonical uuids of version 4 and all different."""
    ids = [fresh_uuid() for _ in range(10_000)]

    read = [uuid.UUID(each) for each in ids]

    assert [str(each) for each in read] == ids
    assert {(each.version, each.variant) for each in read} == {(4, uuid.RFC_4122)}
    assert len(set(ids)) == len(ids)


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
