"""``feedback report`` and ``purge``: counted by rule, the unsafe first, and nothing kept too long."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, insert, select

from cards.writing.families import SAFETY_REASON, families
from cds_service.cli import main
from cds_service.storage import feedback, issued_card, open_engine, spent_token, upgrade
from cds_service.web.feedback_page import bars

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
OURS = families().override_system
CALLER = {"issuer": "https://ehr.example.org", "tenant": "a", "service": "sign"}


def card(uuid: str, *rules: str, days: int = 0) -> dict[str, Any]:
    """A card that was issued some days ago."""
    row = CALLER | {"uuid": uuid, "rules": list(rules), "indicator": "info", "model_version": "1"}
    return row | {"issued_at": NOON - timedelta(days=days)}


def told(uuid: str, outcome: str, code: str = "", *, days: int = 0, **changes: Any) -> dict[str, Any]:
    """Feedback on a card some days ago."""
    moment = NOON - timedelta(days=days)
    row = {"card": uuid, "outcome": outcome, "accepted_suggestions": [], "comment": None}
    row |= {"reason_code": code, "reason_system": OURS if code else ""}
    return CALLER | row | {"outcome_at": moment, "received_at": moment} | changes


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with some history."""
    engine = open_engine(f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            insert(issued_card),
            [
                card("1", "R-VD-01", "R-DQ-01"),
                card("2", "R-VD-01"),
                card("3", "R-PR-01"),
                card("4", "R-PR-01", days=40),
                card("5", "R-OLD-99"),
            ],
        )
        connection.execute(
            insert(feedback),
            [
                told("1", "accepted"),
                told("2", "overridden", "patient-choice", comment="=Jane [x]"),
                told("3", "overridden", SAFETY_REASON),
                told("4", "overridden", "other", reason_system="<b>", days=40),
                told("1", "overridden", issuer="https://other.example.org"),
            ],
        )
    yield engine
    engine.dispose()


def run(folder: Path, *arguments: str) -> Result:
    """Run a command on the database of the test."""
    environment = {"CALCIFICATION_CDS_DATABASE_URL": f"sqlite:///{folder / 'cds.sqlite3'}", "COLUMNS": "160"}
    return CliRunner(env=environment).invoke(main, list(arguments))


def report(folder: Path, *arguments: str) -> Any:
    """The report as JSON."""
    result = run(folder, "feedback", "report", "--json", *arguments)
    assert result.exit_code == 0
    return json.loads(result.output)


@pytest.mark.usefixtures("engine")
def test_feedback_is_counted_by_rule_and_the_unsafe_comes_first(tmp_path: Path) -> None:
    """A card counts for each of its rules; first comes unsafe advice, then what was overridden most."""
    counted = report(tmp_path)
    assert {name: counted[name] for name in ("shown", "accepted", "overridden", "unknown_cards")} == {
        "shown": 5,
        "accepted": 1,
        "overridden": 4,
        "unknown_cards": 1,
    }
    assert [
        (each["rule"], each["shown"], each["accepted"], each["overridden"], each["unsafe_or_wrong"])
        for each in counted["rules"]
    ] == [
        ("R-PR-01", 2, 0, 2, 1),
        ("R-VD-01", 2, 1, 1, 0),
        ("unknown card", 0, 0, 1, 0),
        ("R-DQ-01", 1, 1, 0, 0),
        ("R-OLD-99", 1, 0, 0, 0),
    ]
    assert counted["rules"][0]["reasons"] == {SAFETY_REASON: 1, "<b>|other": 1}
    assert [each["rule"] for each in counted["rules"] if not each["known"]] == ["unknown card"]


@pytest.mark.usefixtures("engine")
def test_feedback_can_be_counted_from_a_day_on(tmp_path: Path) -> None:
    """--since leaves out cards and feedback of earlier days."""
    counted = report(tmp_path, "--since", "2026-05-01")
    assert (counted["shown"], counted["overridden"], counted["since"]) == (4, 3, "2026-05-01T00:00:00Z")


@pytest.mark.usefixtures("engine")
def test_comments_are_shown_only_where_they_are_asked_for(tmp_path: Path) -> None:
    """What people wrote is in no form but --json --comments."""
    forms = [run(tmp_path, "feedback", "report", *form).output for form in ([], ["--csv"], ["--html"])]
    assert [form for form in [*forms, json.dumps(report(tmp_path))] if "Jane" in form] == []
    [comment] = report(tmp_path, "--comments")["comments"]
    assert (comment["text"], comment["rules"]) == ("=Jane [x]", ["R-VD-01"])
    assert run(tmp_path, "feedback", "report", "--comments").exit_code == 2


@pytest.mark.usefixtures("engine")
def test_the_table_names_rules_and_reasons(tmp_path: Path) -> None:
    """On a terminal: one row a rule, and the sums."""
    result = run(tmp_path, "feedback", "report")
    assert result.exit_code == 0
    assert "Earlier biopsy advice open" in result.output
    assert result.output.index("R-PR-01") < result.output.index("R-VD-01")
    assert "5 cards shown: 1 accepted, 4 overridden, 1 reports about unknown cards." in result.output


def test_the_csv_has_a_line_for_each_reason_and_no_formula(tmp_path: Path, engine: Engine) -> None:
    """A caller's code that looks like a formula is defused."""
    with engine.begin() as connection:
        row = told("2", "overridden", "1+1", reason_system="=cmd", outcome_at=NOON + timedelta(seconds=1))
        connection.execute(insert(feedback), [row])
    lines = list(csv.DictReader(io.StringIO(run(tmp_path, "feedback", "report", "--csv").output)))
    assert [(line["rule"], line["outcome"], line["reason"], line["count"]) for line in lines][:2] == [
        ("R-PR-01", "overridden", SAFETY_REASON, "1"),
        ("R-PR-01", "overridden", "<b>|other", "1"),
    ]
    assert [line["reason"] for line in lines if "cmd" in line["reason"]] == ["'=cmd|1+1"]


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]


@pytest.mark.usefixtures("engine")
def test_the_page_has_charts_and_nothing_that_runs_or_is_fetched(tmp_path: Path) -> None:
    """SVG and tables only; a caller's code is escaped; unsafe advice stands first."""
    page = run(tmp_path, "feedback", "report", "--html").output
    parser = Tags()
    parser.feed(page)
    assert (parser.tags.count("svg"), parser.addresses) == (2, [])
    assert {"script", "b", "iframe", "img", "link"} & set(parser.tags) == set()
    assert page.index("Unsafe or wrong advice</h2>") < page.index("R-PR-01") < page.index("R-VD-01")


def test_bars_are_drawn_to_scale() -> None:
    """The longest bar fills the width, the others follow in proportion."""
    drawn = bars([("a", [("x", 4, "red")]), ("b", [("x", 1, "red")])], "title")
    assert [part.split('"')[0] for part in drawn.split('width="')[2:]] == ["420.0", "105.0"]
    assert bars([], "title") == "<p>None.</p>"


def test_an_empty_database_gives_an_empty_report(tmp_path: Path) -> None:
    """Before anything was shown every form works."""
    for form in ([], ["--csv"], ["--json"], ["--html"]):
        assert run(tmp_path, "feedback", "report", *form).exit_code == 0


def test_purge_deletes_what_is_old_and_keeps_cards_with_feedback(tmp_path: Path, engine: Engine) -> None:
    """Feedback and cards beyond the days go; a card stays as long as there is feedback on it."""
    with engine.begin() as connection:
        connection.execute(insert(issued_card), [card("old", "R-PR-01", days=50), card("told", days=50)])
        connection.execute(insert(feedback), [told("told", "accepted")])
        connection.execute(insert(spent_token).values(issuer="x", jti="1", expires_at=1))
    result = run(tmp_path, "purge", "--days", "30")
    assert result.output.splitlines() == [
        "feedback: 1 deleted",
        "issued_card: 2 deleted",
        "spent_token: 1 deleted",
    ]
    with engine.connect() as connection:
        left = set(connection.execute(select(issued_card.c.uuid)).scalars())
        assert (left, connection.execute(select(func.count()).select_from(feedback)).scalar_one()) == (
            {"1", "2", "3", "5", "told"},
            5,
        )
    assert run(tmp_path, "purge").output.splitlines()[0] == "feedback: 0 deleted"


@pytest.mark.parametrize("command", [("purge",), ("feedback", "report")])
@pytest.mark.parametrize(("url", "status"), [("sqlite:////nowhere/at/all.sqlite3", 3), ("oracle://x", 4)])
def test_a_database_that_is_no_use_ends_the_command(command: tuple[str, ...], url: str, status: int) -> None:
    """Unreachable is 3, refused is 4."""
    result = CliRunner(env={"CALCIFICATION_CDS_DATABASE_URL": url}).invoke(main, list(command))
    assert result.exit_code == status
