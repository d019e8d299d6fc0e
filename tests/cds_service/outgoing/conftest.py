"""Servers of loopback that behave in one named way each, and a certificate authority of our own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stub_server import StubServer


@pytest.fixture
def server() -> Iterator[StubServer]:
    """A plain server whose answers a test sets."""
    with StubServer() as running:
        yield running
