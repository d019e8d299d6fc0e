"""A FHIR server for tests of reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cds_service.fhir.stub_fhir import StubFhir
from tests.cds_service.golden import prefetched_request
from tests.stub_server import StubServer


@pytest.fixture
def server() -> Iterator[StubFhir]:
    """A FHIR server with the data of the golden sign-off."""
    with StubServer() as stub:
        yield StubFhir(stub, prefetched_request())
