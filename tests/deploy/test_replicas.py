"""Two replicas on one PostgreSQL, behind the proxy of deploy/compose.yaml: what one did, the other knows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from cds_service.storage import feedback, issued_card, open_engine
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request
from tests.deploy.proxy import proxied
from tests.deploy.site import Replica, Site, ask, make_site, replica

pytestmark = pytest.mark.needs("initdb", "pg_ctl")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, postgresql_server: str) -> Site:
    """A site whose PostgreSQL has the tables of this version."""
    site = make_site(tmp_path_factory.mktemp("replicas"), postgresql_server)
    upgraded = site.run("database", "upgrade")
    assert (upgraded.returncode, upgraded.stdout) == (0, "The tables are up to date now.\n")
    return site


@pytest.fixture(scope="module")
def replicas(site: Site) -> Iterator[tuple[Replica, Replica]]:
    """Two replicas."""
    with replica(site, "first") as first, replica(site, "second") as second:
        yield first, second


def test_a_token_spent_at_one_replica_is_refused_at_the_other(
    site: Site, replicas: tuple[Replica, Replica]
) -> None:
    """A token is good once for all replicas, whichever saw it first."""
    for first, second in (replicas, replicas[::-1]):
        token = site.token()
        assert ask(first.base, SIGN_OFF_PATH, token, golden_request())[0] == 200
        assert ask(second.base, SIGN_OFF_PATH, token, golden_request()) == (401, b"")
        assert second.log()[-1]["refused"] == "replayed"


def test_feedback_on_a_card_of_one_replica_is_taken_by_the_other(
    site: Site, replicas: tuple[Replica, Replica]
) -> None:
    """The card was issued by the first, what became of it is told to the second, and the two rows meet."""
    first, second = replicas
    (card,) = site.sign_off(first.base)
    assert site.feedback(second.base, card["uuid"])[0] == 200
    assert _is_known(site, card["uuid"])


def _is_known(site: Site, card: str) -> bool:
    """Whether there is feedback on a card and the card itself; cards are written behind the answer."""
    both = select(issued_card.c.uuid).join(feedback, feedback.c.card == issued_card.c.uuid)
    engine = open_engine(site.settings["DATABASE_URL"])
    limit = time.monotonic() + 10
    is_known = False
    while not is_known and time.monotonic() < limit:
        with engine.connect() as connection:
            is_known = bool(connection.execute(both.where(issued_card.c.uuid == card)).all())
    engine.dispose()
    return is_known


@pytest.mark.needs("nginx")
def test_behind_the_proxy_a_replica_may_go(
    site: Site, replicas: tuple[Replica, Replica], tmp_path: Path
) -> None:
    """Through the proxy calls reach both replicas over TLS. When one is stopped, the other answers every
    further call, and what the first issued can still be told about."""
    staying = replicas[0]
    with replica(site, "leaving") as leaving, proxied(tmp_path, leaving.base, staying.base) as proxy:
        base, trusted = proxy.base, proxy.trusted
        cards = [site.sign_off(base, trusted=trusted)[0]["uuid"] for _ in range(8)]
        assert _answered(leaving) > 0 < _answered(staying)
        assert leaving.stop() == 0
        for card in cards:
            assert site.sign_off(base, trusted=trusted)
            assert site.feedback(base, card, trusted=trusted)[0] == 200
            assert _is_known(site, card)


def _answered(replica: Replica) -> int:
    return sum(line.get("method") == "POST" and line.get("status") == 200 for line in replica.log())
