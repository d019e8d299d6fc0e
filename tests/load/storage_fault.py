"""A fault of the storage while sign-offs and feedback arrive, and what must hold whatever the fault is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from cds_service.storage import feedback as feedback_table
from cds_service.storage import issued_card, open_engine
from tests.load.calls import alternating, feedback, good
from tests.load.conftest import Say
from tests.load.driving import InBackground, Outcome, between, statuses
from tests.serving import serving

# Seconds: the fault begins, it ends, all must be well, the end. Feedback is refused for 30 after failures.
FAULT, HEALED, WELL, END = 5.0, 17.0, 50.0, 55.0
RATE = 16.0


@dataclass(frozen=True)
class Lived:
    """What became of the calls while the fault lasted, what the writer said, and which processes died."""

    during: list[Outcome]
    writer: list[str]
    deaths: list[object]


def live_through(
    begin: Callable[[], object],
    end: Callable[[], object],
    folder: Path,
    say: Say,
    database_url: str,
    **settings: object,
) -> Lived:
    """Serve, begin the fault, end it, and wait until all is well.

    Sign-offs are answered 200 throughout, feedback 200 or 503. What was answered 200 is in the database
    afterwards, and so is every card that was issued.
    """
    count = int(RATE * END / 2)
    with serving(folder, database_url=database_url, **settings) as service:
        load = InBackground([service.port], alternating(good(), feedback(count)), RATE, END)
        load.until(FAULT)
        begin()
        load.until(HEALED - 1)
        assert service.is_ready()
        assert service.counted("writer_rows_waiting") > 0
        assert service.counted('breakers_open{partner="feedback-store"') == 1
        load.until(HEALED)
        end()
        outcomes = load.end()
        assert service.stop() == 0
        writer = [line["reason"] for line in service.lines("writer")]
        deaths = [line for line in service.lines("server") if line["level"] == "error"]
        cards = sum(line.get("cards", 0) for line in service.lines("request"))
    during, after = between(outcomes, FAULT, HEALED), between(outcomes, WELL, END)
    say("during", during, writer=writer)
    say("after", after)
    assert set(statuses(outcomes, "good")) == {200}
    assert set(statuses(outcomes, "feedback")) == {200, 503}
    assert set(statuses(after)) == {200}
    engine = open_engine(database_url)
    with engine.connect() as connection:
        stored = set(connection.execute(select(feedback_table.c.card)).scalars())
        issued = connection.execute(select(func.count()).select_from(issued_card)).scalar_one()
    engine.dispose()
    acknowledged = {each.call.key for each in outcomes if each.call.kind == "feedback" and each.status == 200}
    assert acknowledged <= stored
    assert issued == cards
    return Lived(during, writer, deaths)
