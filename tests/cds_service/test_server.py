"""The web server takes as many connections as the limit of open files permits."""

from __future__ import annotations

import resource

import pytest

from cds_service.server import CONNECTIONS, OTHER_FILES, connections

ENOUGH = CONNECTIONS + OTHER_FILES


@pytest.mark.parametrize(
    ("soft", "hard", "raised_to", "expected"),
    [
        (1024, 4096, ENOUGH, CONNECTIONS),
        (1024, resource.RLIM_INFINITY, ENOUGH, CONNECTIONS),
        (1024, 1024, 1024, 1024 - OTHER_FILES),
        (65536, 65536, None, CONNECTIONS),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, None, CONNECTIONS),
    ],
)
def test_the_limit_of_open_files_is_raised_where_it_may_be(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, raised_to: int | None, expected: int
) -> None:
    """A low limit is raised as far as the system permits, and connections leave room for other files."""
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    assert connections() == expected
    assert raised == ([] if raised_to is None else [(raised_to, hard)])
