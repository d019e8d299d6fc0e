"""The order of evaluation (section 4): Facts in, Guidance out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from cards.facts import Facts, not_stated
from cards.guidance.artery import artery_note
from cards.guidance.breasts import Breast, judged_breasts
from cards.guidance.categories import NAMES, ONE, RANK_3
from cards.guidance.data_quality import data_quality, earlier_reports
from cards.guidance.exam_checks import exam_checks
from cards.guidance.finding_sets import Sets, finding_sets
from cards.guidance.follow_up import (
    Plan,
    biopsy_plan,
    overall_driver,
    plan_for,
    routine_withheld,
    shortest,
    soonest,
)
from cards.guidance.guidance import BreastGuidance, FindingExpected, Guidance
from cards.guidance.pathology import Result, pathology_result
from cards.guidance.recommendation import check_recommendation
from cards.guidance.report import Report
from cards.guidance.scope import (
    received,
    status,
    stops_after_marker,
    stops_before_data,
    stops_without_finding,
)
from cards.guidance.special_populations import special_populations
from cards.guidance.timers import letters_due
from cards.guidance.verdict import NOT_APPLICABLE, Verdict, verdict
from cards.guidance.vocabulary import INDICATOR_RANK, INDICATORS, VERDICT_RANK
from cards.policy import Policy
from cards.problem import Problem

MODEL_VERSION: Final = "1.0.0"


def assess(
    facts: Facts,
    policy: Policy,
    today: date,
    *,
    problems: tuple[Problem, ...] = (),
    incomplete: bool = False,
    unreadable: bool = False,
    described_uncoded: bool = False,
) -> Guidance:
    """Judge one report by the decision model.

    ``facts`` are in canonical names (section 2), ``policy`` is what the site chose. ``today`` is
    part of the contract; sections 2 to 13 give durations, so that nothing depends on it here.
    ``incomplete``, ``unreadable`` and ``described_uncoded`` come from reading and fire R-DQ-14,
    R-DQ-15 and R-SC-07. Raises nothing for any combination of the values of section 2.
    """
    report = Report(facts, policy)
    if stops_before_data(report):
        return _guidance(report, problems)
    received(report, incomplete=incomplete, unreadable=unreadable)
    if stops_without_finding(report, described_uncoded=described_uncoded):
        return _guidance(report, problems)
    stopped, due = stops_after_marker(report)
    if stopped:
        return _guidance(report, problems, letters=due)
    status(report)
    data_quality(report)
    earlier_reports(report)
    return _judge(report, problems)


def _judge(report: Report, problems: tuple[Problem, ...]) -> Guidance:
    """Steps 3 to 9 of section 4."""
    results: dict[int, Result] = {}
    all_sets: dict[int, Sets] = {}
    for finding in report.normal:
        if finding.raw.biopsy_result is not None:
            results[id(finding)] = pathology_result(finding.raw, report)
        elif not finding.raw.is_known_cancer:
            all_sets[id(finding)] = finding_sets(finding, report)
    breasts = judged_breasts(report, all_sets)
    if report.conflict:
        verdicts = [Verdict("not_evaluable", None) if one.judged else NOT_APPLICABLE for one in breasts]
    else:
        verdicts = [verdict(one, report) for one in breasts]
    exam_checks(breasts, report)

    extra = None if report.conflict else overall_driver(breasts, tuple(results.values()), report)
    drivers = [one.driving for one in verdicts]
    drivers.append(extra)
    withheld = routine_withheld(drivers, tuple(results.values()), report)
    plans: list[Plan | None] = []
    all_plans: list[Plan] = []
    for place, breast in enumerate(breasts):
        one = verdicts[place]
        plan = None
        if one.driving is not None:
            plan = plan_for(one.driving, breast, one, report, withheld)
            all_plans.append(plan)
        plans.append(plan)
    if extra is not None:
        all_plans.append(plan_for(extra, None, None, report, withheld))
    biopsy_plans = {key: biopsy_plan(result, report, withheld) for key, result in results.items()}
    all_plans += biopsy_plans.values()
    if not report.conflict:
        check_recommendation(report)

    special_populations(report)
    noted = artery_note(report)
    due = letters_due(report)
    for plan in all_plans:
        report.actions.update(plan.actions)
    if not report.conflict:
        report.actions.update(noted)
    return _guidance(
        report,
        problems,
        letters=due,
        finding_expected=_finding_expected(report, all_sets),
        report_expected=_report_expected(breasts, report),
        concordance=_worst(verdicts, report),
        interval=None if report.conflict else shortest([plan.interval for plan in all_plans]),
        resolution=None if report.conflict else soonest([plan.resolution for plan in all_plans]),
        breasts=tuple(
            [
                _breast_guidance(breast, verdicts[place], plans[place], biopsy_plans, report)
                for place, breast in enumerate(breasts)
            ]
        ),
    )


def _finding_expected(report: Report, all_sets: Mapping[int, Sets]) -> tuple[FindingExpected, ...]:
    entries = []
    for finding in report.normal:
        if finding.raw.biopsy_result is not None:
            continue
        if finding.raw.is_known_cancer:
            entries.append(FindingExpected(finding.id, ("6",), ()))
            continue
        sets = all_sets[id(finding)]
        if sets.expected:
            entries.append(FindingExpected(finding.id, NAMES[sets.expected], NAMES[sets.tolerated]))
        else:
            entries.append(FindingExpected(finding.id, None, None))
    return tuple(entries)


def _report_expected(breasts: Sequence[Breast], report: Report) -> tuple[str, ...] | None:
    """Return the set for the whole report; on a screening exam only 1, 2 and recall can be."""
    expected: set[str] = set()
    for breast in breasts:
        if not breast.sets:
            continue
        if report.facts.exam_type != "screening":
            expected.update(NAMES[breast.expected])
        elif breast.lowest >= RANK_3:
            expected.add("0A")
        else:
            expected.add("2")
            if breast.highest >= RANK_3:
                expected.add("0A")
            if breast.expected & ONE:
                expected.add("1")
    return tuple(sorted(expected)) if expected else None


def _worst(verdicts: Sequence[Verdict], report: Report) -> str:
    if report.conflict:
        return "not_evaluable"
    worst = verdicts[0].verdict
    for one in verdicts:
        if VERDICT_RANK[one.verdict] < VERDICT_RANK[worst]:
            worst = one.verdict
    return worst


def _breast_guidance(
    breast: Breast, judged: Verdict, plan: Plan | None, biopsy_plans: Mapping[int, Plan], report: Report
) -> BreastGuidance:
    """One entry a judged group; the biopsies that lie in it add their interval and actions."""
    plans = [] if plan is None else [plan]
    plans += [biopsy_plans[id(finding)] for finding in breast.biopsied]
    actions: set[str] = set()
    for one in plans:
        actions.update(one.actions)
    return BreastGuidance(
        breast.side,
        tuple([finding.id for finding in breast.findings]),
        breast.assessment,
        NAMES[breast.expected] if breast.sets else None,
        NAMES[breast.tolerated] if breast.sets else None,
        judged.verdict,
        judged.driving,
        None if report.conflict else shortest([one.interval for one in plans]),
        tuple(sorted(actions)),
        breast.driving_ids,
    )


def _guidance(
    report: Report,
    problems: tuple[Problem, ...],
    *,
    letters: str | None = None,
    finding_expected: tuple[FindingExpected, ...] = (),
    report_expected: tuple[str, ...] | None = None,
    concordance: str = "not_applicable",
    interval: str | None = None,
    resolution: str | None = None,
    breasts: tuple[BreastGuidance, ...] = (),
) -> Guidance:
    rules = tuple(report.trace)
    highest = 0
    for entry in rules:
        highest = max(highest, INDICATOR_RANK[entry.indicator])
    return Guidance(
        MODEL_VERSION,
        report.policy.guideline_profile,
        finding_expected,
        report_expected,
        concordance,
        INDICATORS[highest],
        interval,
        tuple(sorted(report.actions)),
        letters,
        letters,
        resolution,
        breasts,
        rules,
        tuple(not_stated(report.ordered_facts)),
        problems,
        report.facts,
        report.policy,
    )
