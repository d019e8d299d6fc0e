from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from cds_service.storage import spent_token
from cds_service.storage.spent_tokens import SpentTokens
from cds_service.trust import Client, Replay, TokenRefused
from cds_service.trust import replay as replay_module

CLIENT = Client("https://ehr.example.org")


def spends(replay: Replay, jti: str = "1", client: Client = CLIENT, now: float = 1000.0) -> bool:
    """Whether a token could be spent."""
    try:
        replay.spend(client, jti, now + 300, now)
    except TokenRefused:
        return False
    return True


def test_of_twenty_threads_in_four_workers_one_spends_it(engine: Engine) -> None:
    """However many present one token at once, one is let in."""
    records = [SpentTokens(str(engine.url)) for _ in range(4)]
    workers = [Replay(record) for record in records]
    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(spends, workers * 5))
    for record in records:
        record.close()
    assert results.count(True) == 1


def test_clients_do_not_spend_each_others(spent: SpentTokens) -> None:
    """The id of a token counts for its issuer alone."""
    replay = Replay(spent)
    assert [spends(replay), spends(replay, client=Client("https://other.example.org"))] == [True, True]


def test_without_a_database_the_memory_decides(tmp_path: Path) -> None:
    """While the database is away a call is answered, a token is still good once in this worker, and the
    log is told."""
    notes: list[str] = []
    replay = Replay(SpentTokens(f"sqlite:///{tmp_path / 'no' / 'such.sqlite3'}"), notes.append)
    assert [spends(replay), spends(replay), spends(replay, "2")] == [True, False, True]
    assert notes == ["replay-store-down", "replay-store-down"]


def test_a_database_that_hangs_is_left_alone() -> None:
    """After five failures in a row the database is not tried for a while, so that no call waits for it."""
    tried: list[str] = []

    class Away(SpentTokens):
        def add(self, issuer: str, jti: str, expires_at: int) -> bool | None:
            tried.append(jti)
            return None

    replay = Replay(Away("sqlite://"))
    for number in range(8):
        spends(replay, str(number))
    assert tried == ["0", "1", "2", "3", "4"]


def test_what_expired_is_forgotten(engine: Engine, spent: SpentTokens) -> None:
    """The record holds what can still be replayed and no more."""
    replay = Replay(spent)
    spends(replay, "old", now=1000)
    spends(replay, "new", now=2000)
    replay.purge(2000)
    with engine.connect() as connection:
        assert connection.execute(select(spent_token.c.jti)).scalars().all() == ["new"]
    assert spends(replay, "new", now=2000) is False


def test_the_record_is_purged_once_a_minute(engine: Engine, spent: SpentTokens) -> None:
    """The keeper may ask every second; the database is asked once a minute."""
    replay = Replay(spent)
    replay.purge(1000)
    spends(replay, "old", now=0)
    replay.purge(1059)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(spent_token)).scalar_one() == 1


def test_memory_is_bounded(spent: SpentTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of tokens makes the oldest memories go; the database still knows them."""
    monkeypatch.setattr(replay_module, "MOST_REMEMBERED", 3)
    replay = Replay(spent)
    assert [spends(replay, str(number)) for number in range(5)] == [True] * 5
    assert len(replay._remembered) == 3
    assert spends(replay, "0") is False


def test_a_call_leaves_its_turn_to_others_only_when_the_last_insert_was_slow(
    spent: SpentTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quick database costs no call its place; one that hangs keeps nobody else from computing."""
    left: list[str] = []

    @contextmanager
    def leaving() -> Iterator[None]:
        left.append("left")
        yield

    monkeypatch.setattr(replay_module, "while_waiting", leaving)
    replay = Replay(spent)
    assert (spends(replay, "1"), left) == (True, [])
    monkeypatch.setattr(replay_module, "SLOW_SECONDS", 0)
    assert (spends(replay, "2"), spends(replay, "3"), left) == (True, True, ["left"])
