"""A registry of one client with every kind of key, and a check that stands still in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cds_service.outgoing import Outgoing
from cds_service.storage import open_engine, prepare
from cds_service.storage.spent_tokens import SpentTokens
from cds_service.trust import Client, KeyStore, Replay, Trust
from cds_service.trust.keys import read_keys
from tests.tokens import ISSUER, NOW, registered_keys


@pytest.fixture(scope="session")
def registered() -> Client:
    """The client whose tokens the tables forge."""
    return Client(ISSUER, keys=read_keys(registered_keys()), tenants=frozenset())


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database of this test."""
    engine = open_engine(f"sqlite:///{tmp_path / 'trust.sqlite3'}")
    prepare(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def spent(engine: Engine) -> Iterator[SpentTokens]:
    """The record of used tokens in it, as one worker holds it."""
    spent = SpentTokens(str(engine.url))
    yield spent
    spent.close()


@pytest.fixture
def noted() -> list[str]:
    """What the replay record told the log."""
    return []


@pytest.fixture
def trust_in(spent: SpentTokens, noted: list[str]) -> Callable[..., Trust]:
    """Make a Trust in some clients."""

    def make(*clients: Client, outgoing: Outgoing | None = None) -> Trust:
        store = KeyStore(clients, outgoing or Outgoing(), lambda: 0.0, lambda issuer, reason: None)
        return Trust(
            {client.issuer: client for client in clients}, store, Replay(spent, noted.append), lambda: NOW
        )

    return make


@pytest.fixture
def trust(trust_in: Callable[..., Trust], registered: Client) -> Trust:
    """Trust in the registered client."""
    return trust_in(registered)


@pytest.fixture
def trust_in_tenants(trust_in: Callable[..., Trust], registered: Client) -> Trust:
    """Trust in the registered client, which now names its tenants."""
    return trust_in(replace(registered, tenants=frozenset({"north", "south"})))
