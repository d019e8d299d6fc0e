"""The timeline: categories by breast, follow-ups with their state, the schedule after category 3."""

from __future__ import annotations

from datetime import date

import pytest

from cards.answer import answer
from cards.policy import Policy
from cards.reading.reading import EarlierReport, ReportContext
from cds_service.golden_cases import GOLDEN_DATE
from cds_service.web.timeline import surveillance_of, timeline_of
from tests.cds_service.golden import golden_request

SURVEILLANCE = "punctate-group-stable-for-two-years-now-benign"


def exam(day: str, category: str) -> EarlierReport:
    """A report of the right breast."""
    when = date.fromisoformat(day)
    return EarlierReport(f"DiagnosticReport/{day}", when, when, None, None, category, (), None)


def states(today: str, *exams: EarlierReport) -> list[tuple[str, str]]:
    """Step and state of the schedule of the right breast."""
    return [(step.step, step.state) for step in surveillance_of(exams, "right", date.fromisoformat(today))]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-06-30", "open"),
        ("2026-07-01", "due"),
        ("2026-07-30", "due"),
        ("2026-07-31", "overdue"),
    ],
)
def test_the_first_step_is_due_after_six_months(today: str, expected: str):
    """Six months after the first category 3 the exam is due, thirty days later overdue (R-TR-03)."""
    assert states(today, exam("2026-01-01", "3"))[0] == ("m6", expected)


def test_a_surveillance_that_ended_asks_for_nothing_more():
    """After a category 2 or 4 in between the remaining steps are not needed."""
    found = states("2030-01-01", exam("2026-01-01", "3"), exam("2026-07-01", "4A"))
    assert found == [("m6", "done"), ("m12", "ended"), ("m24", "ended")]


def test_a_second_surveillance_starts_anew():
    """A category 3 after the end of an earlier surveillance starts the schedule again."""
    exams = [exam("2020-01-01", "3"), exam("2022-01-01", "2"), exam("2026-01-01", "3")]
    assert states("2026-02-01", *exams) == [("m6", "open"), ("m12", "open"), ("m24", "open")]


def test_an_incomplete_report_does_not_count():
    """A category 0 in between is no step and no end."""
    exams = [exam("2026-01-01", "3"), exam("2026-06-20", "0A"), exam("2026-07-01", "3")]
    assert states("2026-07-02", *exams) == [("m6", "done"), ("m12", "open"), ("m24", "open")]


def test_a_breast_without_category_3_has_no_schedule():
    """Without a category 3 there is no schedule."""
    assert states("2026-07-02", exam("2026-01-01", "2")) == []


def test_a_whole_surveillance_reads_in_order():
    """A case with four earlier reports gives its rows by date and breast, and all but the last thing done."""
    body = golden_request(SURVEILLANCE)["context"]
    answered = answer(
        [body["report"]],
        ReportContext(patient_id=body["patientId"], report_id=body["reportId"]),
        Policy(),
        language="en",
        today=GOLDEN_DATE,
        new_id=lambda: "",
        public_url="",
    )
    shown = timeline_of(answered, Policy(), GOLDEN_DATE)
    assert shown is not None
    assert [(str(point.day), point.side, point.category) for point in shown.points] == [
        ("2024-04-09", "left", "1"),
        ("2024-04-09", "right", "0A"),
        ("2024-04-23", "right", "3"),
        ("2024-11-06", "right", "3"),
        ("2025-05-07", "left", "1"),
        ("2025-05-07", "right", "3"),
        ("2026-05-01", "left", "1"),
        ("2026-05-01", "right", "2"),
    ]
    assert [(tracked.event, tracked.state) for tracked, _ in shown.follow_ups] == [
        ("recall", "done"),
        ("surveillance", "done"),
        ("surveillance", "done"),
        ("surveillance", "done"),
        ("routine", "open"),
    ]
    assert [(step.step, step.state) for step in shown.steps] == [
        ("m6", "done"),
        ("m12", "done"),
        ("m24", "done"),
    ]
