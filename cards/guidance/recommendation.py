"""Section 7: does the recommendation fit the assessment?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cards.guidance.categories import ASSESSMENTS
from cards.guidance.days import length
from cards.guidance.report import Report
from cards.guidance.routine import routine_row
from cards.guidance.surveillance import SURVEILLANCE
from cards.guidance.table_cells import firing_rule
from cards.guidance.table_files import read_rows
from cards.guidance.vocabulary import INDICATORS, RECOMMENDATIONS
from cards.value_class import value_class


def _off_schedule(report: Report) -> bool:
    coded = report.facts.recommended_interval
    allowed = SURVEILLANCE[report.facts.surveillance_step][-1].allowed
    return coded is not None and bool(allowed) and length(coded) not in [length(one) for one in allowed]


def _off_profile(report: Report) -> bool:
    """R-RC-08, only where the profile decided (R-FU-01)."""
    coded = report.facts.recommended_interval
    if coded is None or not any(entry.id == "R-FU-01" for entry in report.trace):
        return False
    routine = routine_row(report)
    accepted = [length(one) for one in (routine.interval, routine.alternative) if one is not None]
    return length(coded) not in accepted


def _reason_given(report: Report) -> bool:
    return bool((report.facts.biopsy_deferred_reason or "").strip())


_CONDITIONS: Mapping[str, Callable[[Report], bool]] = {
    "nothing_else_explains_it": lambda report: (
        not (report.facts.clinical_finding or report.facts.other_suspicious_finding)
    ),
    "interval_off_schedule": _off_schedule,
    "interval_off_profile": _off_profile,
    "reason_given": _reason_given,
    "screening_exam": lambda report: report.facts.exam_type == "screening",
    "finding_without_pathology": lambda report: any(one.biopsy_result is None for one in report.findings),
}


@value_class
class Check:
    """One row of ``recommendation_checks.csv``."""

    rule: str
    with_any: frozenset[str]
    without: frozenset[str]
    when: tuple[Callable[[Report], bool], ...]
    indicator: str


def load_checks(text: str | None = None) -> dict[str, tuple[Check, ...]]:
    """Read ``recommendation_checks.csv``: effective category -> its rows; raises BrokenTable."""
    columns = ("rule", "categories", "with_any", "without", "when", "indicator")
    checks: dict[str, list[Check]] = {}
    for row in read_rows("recommendation_checks.csv", columns, text):
        check = Check(
            firing_rule(row),
            frozenset(row.some_of("with_any", RECOMMENDATIONS)),
            frozenset(row.some_of("without", RECOMMENDATIONS)),
            tuple(_CONDITIONS[name] for name in row.some_of("when", _CONDITIONS)),
            row.one_of("indicator", INDICATORS),
        )
        categories = row.some_of("categories", ASSESSMENTS)
        if not categories:
            raise row.refuse("categories is empty")
        for category in categories:
            checks.setdefault(category, []).append(check)
    return {category: tuple(rows) for category, rows in checks.items()}


CHECKS: Final = load_checks()
# What a rule looks at beside category and recommendation, for the trace.
_INPUTS: Final[dict[str, tuple[str, ...]]] = {
    "R-RC-02": ("clinical_finding", "other_suspicious_finding"),
    "R-RC-04": ("recommended_interval", "surveillance_step"),
    "R-RC-05": ("exam_type",),
    "R-RC-08": ("recommended_interval", "guideline_profile", "age_years"),
}


def check_recommendation(report: Report) -> None:
    """Fire the R-RC rules; runs after section 9, because R-RC-08 needs its routine row."""
    facts = report.facts
    if report.effective is None or facts.exam_type == "biopsy_correlation":
        return
    coded = facts.recommendation
    recommended = frozenset(coded or ())
    quiet = not coded and report.switches["uncoded_recommendation"] == "note"
    decided: set[str] = set()
    for check in CHECKS.get(report.effective, ()):
        if check.rule in decided or recommended & check.without:
            continue
        if check.with_any and not recommended & check.with_any:
            continue
        if not all(condition(report) for condition in check.when):
            continue
        decided.add(check.rule)
        inputs = report.shown(("assessment", "recommendation", *_INPUTS.get(check.rule, ())))
        if check.rule == "R-RC-05":
            # The reason itself is free text and stays in the facts.
            inputs["biopsy_deferred"] = _reason_given(report)
        report.fire(check.rule, inputs, "info" if quiet else check.indicator)
