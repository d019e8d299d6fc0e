"""Answer -> one patient over time: categories by breast, what each report asked for, the surveillance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cards.answer import Answer
from cards.guidance.days import later
from cards.guidance.tracking import TRACKING, Tracked, advised_by, track
from cards.history.breast import BOTH, INCOMPLETE, category_of, covers
from cards.history.surveillance import step_between
from cards.policy import Policy
from cards.reading.dates import add_months
from cards.reading.reading import EarlierReport, Reading

# Step of category 3 surveillance -> months after the first category 3 (decision model 8).
STEPS = {"m6": 6, "m12": 12, "m24": 24}
SURVEILLANCE_RULE = "R-TR-03"


class Point(NamedTuple):
    """What one report says of one breast; ``findings`` are words of shape and arrangement by finding."""

    day: date | None
    reference: str
    side: str
    category: str | None
    findings: tuple[tuple[str, str], ...]
    recommendation: tuple[str, ...]
    interval: str | None


class Step(NamedTuple):
    """One exam of a surveillance: when it is planned, when it was done, and how it stands today.

    ``state`` is done, open, due, overdue or ended (the surveillance ended before).
    """

    side: str
    step: str
    planned: date
    done: date | None
    state: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything the page shows, the earliest first."""

    points: tuple[Point, ...]
    follow_ups: tuple[tuple[Tracked, date | None], ...]
    steps: tuple[Step, ...]


def timeline_of(answer: Answer, policy: Policy, today: date) -> Timeline | None:
    """The timeline of the patient whose report was answered; None when there is no report."""
    if answer.reading is None or answer.reading.sources.report is None:
        return None
    reports = _reports(answer.reading)
    return Timeline(
        tuple(point for report in reports for point in _points(report)),
        tuple(_follow_ups(reports, answer.reading, policy, today)),
        tuple(step for side in BOTH for step in surveillance_of(reports, side, today)),
    )


def _reports(reading: Reading) -> list[EarlierReport]:
    """The report in hand and the earlier ones, the earliest first; those without a date come first."""
    facts, sources = reading.facts, reading.sources
    own = EarlierReport(
        reference=sources.report or "",
        exam_date=sources.exam_date,
        signed_date=sources.signed_date,
        assessment_overall=facts.assessment_overall,
        assessment_left=facts.assessment_left,
        assessment_right=facts.assessment_right,
        recommendation=facts.recommendation or (),
        recommended_interval=facts.recommended_interval,
        findings=facts.findings,
    )
    earlier = [each for each in sources.earlier_reports if not each.same_report]
    return sorted([*earlier, own], key=lambda each: each.exam_date or date.min)


def _points(report: EarlierReport) -> Iterator[Point]:
    for side in BOTH:
        category = category_of(report, side)
        findings = tuple(
            (", ".join(each.morphology), each.distribution)
            for each in report.findings
            if covers(each.laterality, side)
        )
        if category is not None or findings:
            yield Point(
                report.exam_date,
                report.reference,
                side,
                category,
                findings,
                report.recommendation,
                report.recommended_interval,
            )


def _follow_ups(
    reports: Sequence[EarlierReport], reading: Reading, policy: Policy, today: date
) -> Iterator[tuple[Tracked, date | None]]:
    """What each report asked for, with the day on which the record says it was done."""
    for position, report in enumerate(reports):
        advised = advised_by(report)
        if advised is None:
            continue
        days = [each.exam_date for each in reports[position + 1 :]]
        if TRACKING[advised.rule].event == "biopsy":
            days = [each.day for each in reading.sources.biopsies]
        since = report.exam_date
        after = [day for day in days if day is not None and since is not None and day >= since]
        done = min(after, default=None)
        (tracked,) = track((advised._replace(done=done),), policy, today)
        yield tracked, done


def surveillance_of(reports: Sequence[EarlierReport], side: str, today: date) -> Iterator[Step]:
    """The steps of the last category 3 surveillance of one breast, none when there never was one."""
    exams: list[date] = []
    has_ended = False
    for report in reports:
        category = category_of(report, side)
        if report.exam_date is None or category is None or category in INCOMPLETE:
            continue
        if category == "3":
            exams = [report.exam_date] if has_ended or not exams else [*exams, report.exam_date]
            has_ended = False
        elif exams and not has_ended:
            exams.append(report.exam_date)
            has_ended = True
    if not exams:
        return
    first = exams[0]
    for step, months in STEPS.items():
        planned = add_months(first, months)
        done = next((day for day in exams[1:] if step_between(first, day) == step), None)
        yield Step(side, step, planned, done, _state(planned, done, today, has_ended))


def _state(planned: date, done: date | None, today: date, has_ended: bool) -> str:
    if done is not None:
        return "done"
    if has_ended:
        return "ended"
    if today >= later(planned, TRACKING[SURVEILLANCE_RULE].overdue):
        return "overdue"
    return "due" if today >= planned else "open"
