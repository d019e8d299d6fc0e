"""Read one report: every fact by its own function, put together here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from cards.facts import UNSTATED_FACTS, Facts, Finding
from cards.problem import Problem
from cards.reading.assessment import Assessments, category_above_findings, read_assessments, with_levels
from cards.reading.biopsies import biopsies
from cards.reading.cancer_history import read_cancer_history
from cards.reading.dates import exam_date, signed_date
from cards.reading.density import breast_density
from cards.reading.draft_orders import draft_orders
from cards.reading.earlier import earlier_reports
from cards.reading.exam_type import after_biopsy, read_exam
from cards.reading.find_report import imaging_behind, latest_report
from cards.reading.findings import Findings, read_findings
from cards.reading.later import later_exams
from cards.reading.observed import Observed
from cards.reading.orders import active_orders, following_orders
from cards.reading.pathology import (
    Pathology,
    is_finished_pathology,
    is_joined,
    read_pathology,
    with_pathology,
)
from cards.reading.patient import age_years, is_deceased, languages, sex
from cards.reading.pregnancy import pregnancy_status
from cards.reading.reading import Reading, ReportContext, Sources
from cards.reading.recommendation import read_recommendation
from cards.reading.report_status import report_status
from cards.reading.resources import Json, Resources
from cards.reading.topics import sort_by_topic
from cards.reading.uncoded import is_described
from cards.terminology import Terminology, shipped

_DESCRIBED_CATEGORIES: Final = frozenset(("0", "0A", "0P", "3", "4", "4A", "4B", "4C", "5"))


def read(
    resources: Iterable[Mapping[str, object]],
    context: ReportContext,
    *,
    terminology: Terminology | None = None,
) -> Reading:
    """What one report says, where each fact came from, and what went wrong.

    ``resources`` are R4, R4B or R5 resources and Bundles as plain JSON objects. Nothing is ever
    made up and nothing in them raises, except DSTU2 and STU3 shapes: UnsupportedFhirVersion.
    """
    words = shipped() if terminology is None else terminology
    problems: list[Problem] = list(context.missing)
    index = Resources(resources, problems)
    if context.report_id is None:
        report = _report_to_view(index, words)
    else:
        report = index.find("DiagnosticReport", context.report_id)
    if report is None:
        return _nothing_to_read(context, problems)
    if is_finished_pathology(report, index, words):
        imaging = _imaging_behind(report, index, words)
        if imaging is not None:
            # What the hook says of category and procedure is about the pathology.
            behind = replace(context, category=(), procedure=())
            return _read_report(imaging, index, behind, words, problems, after_pathology=True)
    return _read_report(report, index, context, words, problems)


def _is_mammography(report: Json, index: Resources, words: Terminology) -> bool:
    return read_exam(report, "", (), (), index, words, []).exam_type != "not_mammography"


def _report_to_view(index: Resources, words: Terminology) -> Json | None:
    return latest_report(
        index,
        lambda one: _is_mammography(one, index, words),
        lambda one: bool(read_findings(one, index, words, []).described),
    )


def _imaging_behind(pathology: Json, index: Resources, words: Terminology) -> Json | None:
    return imaging_behind(
        pathology,
        index,
        lambda one: _is_mammography(one, index, words),
        lambda one: is_joined(pathology, one, read_findings(one, index, words, []).observations, index),
    )


def _nothing_to_read(context: ReportContext, problems: list[Problem]) -> Reading:
    """No report: out of scope while viewing, incomplete when one was asked for."""
    if context.report_id is None:
        facts = replace(UNSTATED_FACTS, exam_type="not_mammography")
        return Reading(facts, Sources(), tuple(problems), incomplete=bool(context.missing))
    text = "The DiagnosticReport that was asked for did not come along."
    problems.append(Problem("DiagnosticReport", "no-report", text))
    return Reading(UNSTATED_FACTS, Sources(), tuple(problems), incomplete=True)


def _read_report(
    report: Json,
    index: Resources,
    context: ReportContext,
    words: Terminology,
    problems: list[Problem],
    *,
    after_pathology: bool = False,
) -> Reading:
    where = index.reference_of(report)
    found = read_findings(report, index, words, problems)
    topics = sort_by_topic(found.observations)
    exam_day, signed_day = exam_date(report, where, problems), signed_date(report, where, problems)
    status = report_status(report, context.status, where, problems)
    exam = read_exam(report, where, context.procedure, context.category, index, words, problems)
    ordering = context.moment == "ordering"
    # While ordering, the drafts are what is compared: they must not count as the report's own advice.
    drafts = draft_orders(context.draft_orders, index, words) if ordering else ()
    orders = following_orders(
        report, index, () if ordering else context.draft_orders, exam_day, words, problems
    )
    orders = [one for one in orders if all(one.reference != draft.reference for draft in drafts)]
    advised = read_recommendation(topics, orders, exam_day, words, problems)
    coded = read_assessments(report, where, topics, advised.values, words, problems)
    described = _with_own_categories(found, coded.findings)
    assessed = with_levels(coded, described, where, problems)
    pathology = read_pathology(report, found.observations, topics, index, words, problems)
    past = read_cancer_history(index, topics, words, problems)
    patient = _patient(report, index, context)
    findings = _with_results(described, assessed, pathology, exam_day)
    new_pathology = any(_is_new(one, exam_day) for one in pathology.values())
    facts = Facts(
        report_status=status,
        exam_type=after_biopsy(exam.exam_type, "appended" if after_pathology else status, new_pathology),
        comparison_status=_comparison(found),
        magnification_views_done=exam.magnification_views_done,
        assessment_overall=assessed.overall,
        assessment_left=assessed.left,
        assessment_right=assessed.right,
        assessment_conflict=assessed.conflict,
        recommendation=advised.values,
        recommended_interval=advised.interval,
        recommendation_side=advised.side,
        breast_density=breast_density(report, where, topics, words, problems),
        age_years=age_years(patient, exam_day, problems),
        sex=sex(patient, problems),
        pregnancy_status=pregnancy_status(index, exam_day, words),
        known_cancer_side=past.known_cancer_side,
        personal_history_breast_cancer=past.personal_history_breast_cancer,
        bct_side=past.bct_side,
        implant_side=past.implant_side,
        mastectomy_side=past.mastectomy_side,
        deceased=is_deceased(patient),
        risk_level=past.risk_level,
        bac_grade=int(found.words["bac_grade"]) if "bac_grade" in found.words else None,
        other_suspicious_finding=found.other_suspicious or category_above_findings(assessed, findings),
        clinical_finding="clinical_finding" in found.words,
        findings=findings,
    )
    sources = Sources(
        report=where,
        patient=_reference(report.get("subject"))
        or (None if patient is None else index.reference_of(patient)),
        requester=context.user,
        exam_date=exam_day,
        signed_date=signed_day,
        patient_languages=languages(patient),
        findings=found.sources,
        places=found.places,
        active_orders=active_orders(orders),
        earlier_reports=earlier_reports(report, exam_day, signed_day, index, words, problems),
        biopsies=biopsies(index, words),
        biopsies_complete="procedures" in context.received,
        pathology_dates={key: one.taken for key, one in pathology.items() if one.taken is not None},
        later_exams=later_exams(report, exam_day, index, words)
        if context.moment in ("viewing", "ordering")
        else (),
        draft_orders=drafts,
        not_sent=context.not_sent,
    )
    return Reading(
        facts,
        sources,
        _distinct(problems),
        incomplete=found.incomplete or index.incomplete or bool(context.missing),
        unreadable=found.wrong or index.unreadable,
        described_uncoded=_described_uncoded(report, found.observations, facts),
    )


def _distinct(problems: list[Problem]) -> tuple[Problem, ...]:
    """The problems, each once, in the order they were met."""
    return tuple({(one.location, one.code, one.text): one for one in problems}.values())


def _with_own_categories(found: Findings, categories: dict[str, str]) -> tuple[Finding, ...]:
    """The findings with the category that is coded on each."""
    return tuple([described.finding(categories.get(described.finding_id)) for described in found.described])


def _with_results(
    findings: tuple[Finding, ...],
    assessed: Assessments,
    pathology: Mapping[str, Pathology],
    exam_day: date | None,
) -> tuple[Finding, ...]:
    """The findings with what pathology says about them."""
    if not pathology:
        return findings
    complete: list[Finding] = []
    for finding in findings:
        breast = {"left": assessed.left, "right": assessed.right}.get(finding.laterality)
        result = pathology.get(finding.finding_id)
        joined = with_pathology(finding, result, breast or assessed.overall, exam_day)
        complete.append(replace(finding, **joined))  # type: ignore[arg-type]
    return tuple(complete)


def _is_new(pathology: Pathology, exam_day: date | None) -> bool:
    return exam_day is not None and pathology.taken is not None and pathology.taken >= exam_day


def _comparison(found: Findings) -> str:
    """compared where a change or an earlier exam is coded, unless a site code says otherwise."""
    named = found.words.get("comparison_status")
    if named is not None:
        return named
    changed = any(described.change != "not_compared" for described in found.described)
    return "compared" if changed or found.earlier_exam else "not_stated"


def _described_uncoded(report: Json, observations: Sequence[Observed], facts: Facts) -> bool:
    categories = {facts.assessment_overall, facts.assessment_left, facts.assessment_right}
    if facts.findings or _DESCRIBED_CATEGORIES.isdisjoint(categories):
        return False
    return is_described(report, list(observations))


def _patient(report: Json, index: Resources, context: ReportContext) -> Json | None:
    """The patient of the report; the one in the hook's context where the report names none."""
    subject = report.get("subject")
    patient = index.resolve(subject, report)
    if patient is None and context.patient_id is not None:
        patient = index.find("Patient", context.patient_id)
    return patient if patient is not None and patient.get("resourceType") == "Patient" else None


def _reference(subject: object) -> str | None:
    literal = subject.get("reference") if isinstance(subject, dict) else None
    return literal if isinstance(literal, str) else None
