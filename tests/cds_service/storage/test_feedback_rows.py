"""Feedback in both databases: one row an outcome, counted and purged in the same way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, insert, select

from cds_service.storage import feedback, issued_card
from cds_service.storage.feedback_report import feedback_report
from cds_service.storage.feedback_rows import feedback_row, store_feedback
from cds_service.storage.purge import purge

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def row(card: str, **changes: Any) -> dict[str, Any]:
    """One row of feedback."""
    given = {
        "issuer": "https://ehr.example.org",
        "tenant": "",
        "service": "sign",
        "card": card,
        "outcome": "overridden",
        "accepted_suggestions": (),
        "reason": ("https://x.example", "ä\\u0000'\"%"),
        "comment": None,
        "outcome_at": NOON,
        "received_at": NOON,
    }
    return feedback_row(**(given | changes))


def issue(engine: Engine, *uuids: str) -> None:
    """Issue cards to the caller of ``row``."""
    card = {"issuer": "https://ehr.example.org", "service": "sign", "indicator": "info", "rules": ["R-PR-01"]}
    card |= {"model_version": "1", "issued_at": NOON}
    with engine.begin() as connection:
        connection.execute(insert(issued_card), [card | {"uuid": each} for each in uuids])


def count(engine: Engine) -> int:
    """How many rows of feedback there are."""
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(feedback)).scalar_one()


def test_the_same_outcome_is_one_row(database: Engine) -> None:
    """CH-164: again, within one call or later, it stays one row; another outcome is another row."""
    store_feedback(database, [row("1"), row("1", received_at=NOON + timedelta(days=1))])
    store_feedback(database, [row("1")])
    assert count(database) == 1
    store_feedback(database, [row("1", outcome="accepted"), row("1", outcome_at=NOON + timedelta(seconds=1))])
    assert count(database) == 3


def test_the_same_outcome_from_many_at_once_is_one_row(database: Engine) -> None:
    """Eight callers who report the same at the same time are all told that it is stored."""
    with ThreadPoolExecutor(8) as pool:
        told = [pool.submit(store_feedback, database, [row("1"), row("2")]) for _ in range(8)]
        assert [each.result() for each in told] == [2] * 8
    assert count(database) == 2


def test_a_card_is_known_to_its_caller_tenant_and_service_alone(database: Engine) -> None:
    """CH-157: the number of unknown cards counts cards of other callers, tenants and services."""
    issue(database, "1", "2")
    assert store_feedback(database, [row("1"), row("2"), row("3")]) == 1
    for other in ({"issuer": "x"}, {"tenant": "x"}, {"service": "x"}):
        assert store_feedback(database, [row("1", **other)]) == 1
    report = feedback_report(database)
    assert {each.rule: each.overridden for each in report.rules} == {"R-PR-01": 2, "unknown card": 4}


def test_nothing_to_store_is_nothing(database: Engine) -> None:
    """An empty list touches no row."""
    assert (store_feedback(database, []), count(database)) == (0, 0)


def test_purge_counts_what_it_deletes(database: Engine) -> None:
    """What is older than the moment goes, what is not stays."""
    issue(database, "1", "2")
    store_feedback(database, [row("1"), row("2", received_at=NOON + timedelta(days=2))])
    deleted = purge(database, NOON + timedelta(days=1))
    assert (deleted, count(database)) == ({"feedback": 1, "issued_card": 1, "spent_token": 0}, 1)
