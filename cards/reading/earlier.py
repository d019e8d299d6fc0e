"""The other mammography reports of the patient that came along, and earlier versions of this one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from cards.problem import Problem
from cards.reading.assessment import read_assessments, with_levels
from cards.reading.dates import exam_date, signed_date
from cards.reading.exam_type import read_exam
from cards.reading.findings import read_findings
from cards.reading.reading import EarlierReport
from cards.reading.recommendation import Recommended, read_recommendation
from cards.reading.report_status import report_status
from cards.reading.resources import Json, Resources, references_of
from cards.reading.topics import sort_by_topic
from cards.reading.versions import UnsupportedFhirVersion
from cards.terminology import Terminology

_SIGNED: Final = frozenset(("final", "amended", "corrected", "appended"))
_VOID: Final = frozenset(("cancelled", "entered_in_error"))


def _identifiers(report: Json) -> set[tuple[str, str]]:
    return {
        (system, value)
        for one in references_of(report.get("identifier"))
        if isinstance(one, dict)
        and isinstance(system := one.get("system"), str)
        and isinstance(value := one.get("value"), str)
    }


def _same_patient(report: Json, other: Json, index: Resources) -> bool:
    """Whether two reports can be of one patient: not when both name a subject and these differ."""
    mine, theirs = report.get("subject"), other.get("subject")
    if not isinstance(mine, dict) or not isinstance(theirs, dict):
        return True
    found = index.resolve(mine, report)
    if found is not None and found is index.resolve(theirs, other):
        return True
    names = [subject.get("reference") for subject in (mine, theirs)]
    if not all(isinstance(name, str) for name in names):
        return True
    return len({str(name).partition("/_history/")[0].rpartition("/")[2] for name in names}) == 1


def _version_mark(report: Json) -> tuple[str, str]:
    meta = report.get("meta")
    updated = meta.get("lastUpdated") if isinstance(meta, dict) else None
    issued = report.get("issued")
    return (issued if isinstance(issued, str) else "", updated if isinstance(updated, str) else "")


def _earlier_versions(report: Json, index: Resources) -> Iterator[Json]:
    """Reports with the id of this one and older marks, or with its identifier and an older issue."""
    for other in index.versions:
        if (
            other.get("resourceType") == "DiagnosticReport"
            and other.get("id") == report.get("id")
            and _version_mark(other) < _version_mark(report)
        ):
            yield other
    own = _identifiers(report)
    if not own:
        return
    for other in index.of_type("DiagnosticReport"):
        if (
            other is not report
            and own & _identifiers(other)
            and other.get("effectiveDateTime") == report.get("effectiveDateTime")
            and _version_mark(other) < _version_mark(report)
        ):
            yield other


def _read(other: Json, same_report: bool, index: Resources, terminology: Terminology) -> EarlierReport | None:
    """One earlier report; its own problems are not those of the report in hand.

    None when it is no mammogram, was withdrawn, or is written in another FHIR version.
    """
    problems: list[Problem] = []
    where = index.reference_of(other)
    status = report_status(other, None, where, problems)
    if status in _VOID or not (same_report or status in _SIGNED):
        return None
    if read_exam(other, where, (), (), index, terminology, problems).exam_type == "not_mammography":
        return None
    try:
        found = read_findings(other, index, terminology, problems)
    except UnsupportedFhirVersion:
        return None
    topics = sort_by_topic(found.observations)
    exam = exam_date(other, where, problems)
    advised: Recommended = read_recommendation(topics, (), exam, terminology, problems)
    coded = read_assessments(other, where, topics, advised.values, terminology, problems)
    findings = found.findings
    assessed = with_levels(coded, findings, where, problems)
    return EarlierReport(
        where,
        exam,
        signed_date(other, where, problems),
        assessed.overall,
        assessed.left,
        assessed.right,
        advised.values or (),
        advised.interval,
        findings,
        found.places,
        not (found.incomplete or found.wrong),
        same_report,
    )


def _precedes(earlier: EarlierReport, exam: date | None, signed: date | None) -> bool:
    """Whether a report tells of an earlier exam; on the same day, of one that was signed before."""
    if earlier.exam_date is None or exam is None:
        return False
    if earlier.exam_date != exam:
        return earlier.exam_date < exam
    return earlier.signed_date is not None and signed is not None and earlier.signed_date < signed


def earlier_reports(
    report: Json,
    exam: date | None,
    signed: date | None,
    index: Resources,
    terminology: Terminology,
    problems: list[Problem],
) -> tuple[EarlierReport, ...]:
    """Signed mammography reports of earlier exams of the patient, and earlier versions of this report.

    The latest first. A report without a date is left out, and a problem says so.
    """
    others = index.of_type("DiagnosticReport")
    if len(others) == 1 and not index.versions:
        return ()
    versions = list(_earlier_versions(report, index))
    known = {id(version) for version in versions}
    found = [one for one in (_read(version, True, index, terminology) for version in versions) if one]
    for other in others:
        if other is report or id(other) in known or not _same_patient(report, other, index):
            continue
        earlier = _read(other, False, index, terminology)
        if earlier is None:
            continue
        if earlier.exam_date is None:
            text = "An earlier report has no readable date; it is not used."
            problems.append(Problem(earlier.reference, "undated-report", text))
        elif _precedes(earlier, exam, signed):
            found.append(earlier)
    return tuple(
        sorted(found, key=lambda one: (one.exam_date or date.min, one.signed_date or date.min), reverse=True)
    )
