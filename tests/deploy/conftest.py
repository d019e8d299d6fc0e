"""One PostgreSQL for the tests of a site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgresql import running_postgresql


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Run a server with an empty database of its own."""
    with running_postgresql() as url:
        yield url
