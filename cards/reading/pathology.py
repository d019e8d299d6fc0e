"""Biopsy results: which finding a pathology result belongs to, and what it says.

A result counts for a finding only when the data join the two. A biopsy of the same breast long
ago must not explain a new finding, so the side alone is never enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

from cards.facts import Finding
from cards.problem import Problem
from cards.reading.codings import Coded, coded
from cards.reading.data_file import data_rows
from cards.reading.dates import days_of
from cards.reading.observed import Observed
from cards.reading.pathology_links import findings_by_observation, linked_findings
from cards.reading.resources import Json, Resources, references_of
from cards.reading.topics import Said, Topics, about
from cards.terminology import BrokenTable, Terminology
from cards.value_class import value_class

_TOPICS: Final[tuple[str, ...]] = (
    "q_pathology",
    "q_pathology_results",
    "pathology_final_diagnosis",
    "pathology_report",
    "rad_path_concordance",
)
_IS_PATHOLOGY: Final = frozenset(("pathology_report", "pathology_final_diagnosis", "category_pathology"))
# Tuples: a status of a wrong JSON type may not be hashable.
_FINISHED: Final[tuple[str, ...]] = ("final", "amended", "corrected", "appended")
_VOID: Final[tuple[str, ...]] = ("entered-in-error", "cancelled")


@value_class
class Pathology:
    """What pathology says about one finding; ``taken`` is the date of the result when it is known."""

    biopsy_result: str | None = None
    rad_path_concordance: str | None = None
    calcifications_in_specimen: str | None = None
    taken: date | None = None


@cache
def pathology_order() -> Mapping[str, int]:
    """biopsy_result -> place, the most serious first (decision model 2.4), from pathology_order.csv."""
    rows = data_rows("pathology_order.csv", ("biopsy_result",))
    return {row["biopsy_result"]: place for place, row in enumerate(rows)}


@cache
def pathology_map() -> Mapping[str, tuple[str | None, str | None]]:
    """Pathology concept -> (biopsy_result, calcifications_in_specimen), from pathology-map.csv."""
    meanings: dict[str, tuple[str | None, str | None]] = {}
    columns = ("concept", "biopsy_result", "calcifications_in_specimen", "note")
    for line, row in enumerate(data_rows("pathology-map.csv", columns), start=2):
        result, specimen = row["biopsy_result"], row["calcifications_in_specimen"]
        if (result and result not in pathology_order()) or specimen not in ("", "yes", "no"):
            raise BrokenTable("pathology-map.csv", line, f"{row['concept']}: unknown result")
        meanings[row["concept"]] = (result or None, specimen or None)
    return meanings


def _meaning(concept: str) -> tuple[str | None, str | None]:
    """A concept that the map does not name is outside the model: ``other`` (R-PB-12)."""
    return pathology_map().get(concept, ("other", None))


def _more_serious(one: str | None, other: str | None) -> str | None:
    if one is None or other is None:
        return one or other
    return min(one, other, key=pathology_order().__getitem__)


def _joined(one: Pathology, other: Pathology) -> Pathology:
    """Several results for one finding: the most serious; "yes" when any sample holds calcifications."""
    dates = [day for day in (one.taken, other.taken) if day is not None]
    return Pathology(
        _more_serious(one.biopsy_result, other.biopsy_result),
        max(filter(None, (one.rad_path_concordance, other.rad_path_concordance)), default=None),
        max(filter(None, (one.calcifications_in_specimen, other.calcifications_in_specimen)), default=None),
        max(dates, default=None),
    )


def _of_value(value: Coded, terminology: Terminology, taken: date | None) -> Pathology:
    found = Pathology()
    for concept in value.concepts:
        if concept.domain == "pathology":
            result, specimen = _meaning(concept.concept)
            found = _joined(found, Pathology(result, None, specimen, taken))
        elif concept.domain == "rad_path_concordance":
            concordance = terminology.value("rad_path_concordance", concept.concept)
            found = _joined(found, Pathology(None, concordance, None, taken))
    return found


def _day(resource: Json) -> date | None:
    days = days_of(resource.get("effectiveDateTime")) or days_of(resource.get("issued"))
    return None if days is None else days.last


def _values(observation: Json, terminology: Terminology) -> Iterator[Coded]:
    yield coded(terminology, observation.get("valueCodeableConcept"))
    for component in references_of(observation.get("component")):
        if isinstance(component, dict):
            yield coded(terminology, component.get("valueCodeableConcept"))


def _is_pathology(resource: Json, terminology: Terminology) -> bool:
    values = [resource.get("code"), *references_of(resource.get("category"))]
    return any(
        concept.concept in _IS_PATHOLOGY for value in values for concept in coded(terminology, value).concepts
    )


def finished_pathology(index: Resources, terminology: Terminology) -> Iterator[tuple[Json, date | None]]:
    """Final pathology reports that hold a known breast diagnosis, each with its day."""
    for report in index.of_type("DiagnosticReport"):
        if is_finished_pathology(report, index, terminology):
            yield report, _read_report(report, index, terminology, []).taken or _day(report)


def is_finished_pathology(report: Json, index: Resources, terminology: Terminology) -> bool:
    """Whether a report is a final pathology report that holds a known breast diagnosis."""
    return (
        report.get("status") in _FINISHED
        and _is_pathology(report, terminology)
        and _read_report(report, index, terminology, []).biopsy_result is not None
    )


def _reports(index: Resources, own: Json, terminology: Terminology) -> list[Json]:
    return [
        report
        for report in index.of_type("DiagnosticReport")
        if report is not own and report.get("status") not in _VOID and _is_pathology(report, terminology)
    ]


def _read_report(
    report: Json, index: Resources, terminology: Terminology, problems: list[Problem]
) -> Pathology:
    location = index.reference_of(report)
    if report.get("status") not in _FINISHED:
        text = "A pathology report is not final; it is not used."
        problems.append(Problem(f"{location}.status", "pathology-not-final", text))
        return Pathology()
    found = Pathology()
    for value in references_of(report.get("conclusionCode")):
        found = _joined(found, _of_value(coded(terminology, value), terminology, _day(report)))
    for reference in references_of(report.get("result")):
        observation = index.resolve(reference, report)
        if observation is None or observation.get("status") in _VOID:
            continue
        for value in _values(observation, terminology):
            found = _joined(found, _of_value(value, terminology, _day(observation) or _day(report)))
    if found.biopsy_result is None:
        text = "A pathology report holds no coded diagnosis that is known; it is not interpreted."
        problems.append(Problem(location, "uncoded-pathology", text))
    return found


def _from_answers(
    answers: Sequence[Said], findings: Sequence[str], terminology: Terminology, problems: list[Problem]
) -> Iterator[tuple[str, Pathology]]:
    """Pathology coded inside this report: answers to a pathology question at or below a finding."""
    for said in answers:
        found = _of_value(said.answer.value, terminology, _day(said.observed.resource))
        if found == Pathology(None, None, None, found.taken):
            continue
        finding = _finding_of(said, findings)
        if finding is None:
            text = "A pathology result of this report is joined to no finding; it is not used."
            problems.append(Problem(said.location, "pathology-not-linked", text))
        else:
            yield finding, found


def _finding_of(said: Said, findings: Sequence[str]) -> str | None:
    if said.observed.finding_id is not None:
        return said.observed.finding_id
    return findings[0] if len(findings) == 1 else None


def _ends_of(
    report: Json, observations: Sequence[Observed]
) -> tuple[frozenset[int], dict[int, str], tuple[str, ...]]:
    """Where the ways from pathology to a report end, who of them is which finding, and its findings."""
    holders = findings_by_observation(observations)
    ends = frozenset((id(report), *(id(one.resource) for one in observations)))
    return ends, holders, tuple(dict.fromkeys(holders.values()))


def is_joined(pathology: Json, report: Json, observations: Sequence[Observed], index: Resources) -> bool:
    """Whether the data join a pathology report to a finding of ``report``."""
    return bool(linked_findings(pathology, report, *_ends_of(report, observations), index))


def read_pathology(
    report: Json,
    observations: Sequence[Observed],
    topics: Topics,
    index: Resources,
    terminology: Terminology,
    problems: list[Problem],
) -> dict[str, Pathology]:
    """finding id -> what pathology says about it (decision model 2.2, 2.4 and section 10).

    Read from answers of this report and from pathology reports that lead to a finding through
    result, specimen, order, procedure or focus. What is joined to none is listed as a problem.
    """
    answers, reports = about(topics, _TOPICS), _reports(index, report, terminology)
    if not answers and not reports:
        return {}
    ends, holders, findings = _ends_of(report, observations)
    found: dict[str, Pathology] = {}
    for finding, own in _from_answers(answers, findings, terminology, problems):
        found[finding] = _joined(found.get(finding, Pathology()), own)
    for pathology in reports:
        linked = linked_findings(pathology, report, ends, holders, findings, index)
        if not linked:
            if findings:
                text = "A pathology report came along that the data join to no finding; it is not used."
                problems.append(Problem(index.reference_of(pathology), "pathology-not-linked", text))
            continue
        result = _read_report(pathology, index, terminology, problems)
        for finding in linked:
            found[finding] = _joined(found.get(finding, Pathology()), result)
    return found


_AT_BIOPSY: Final = frozenset(("3", "4", "4A", "4B", "4C", "5"))


def with_pathology(
    finding: Finding, pathology: Pathology | None, category: str | None, exam: date | None
) -> dict[str, str | None]:
    """The members of the finding that pathology fills.

    ``imaging_category_at_biopsy`` is ``category`` (the finding's own, its breast's or the report's)
    when the tissue was taken on or after this exam; for an earlier biopsy it is read from earlier reports.
    """
    if pathology is None:
        return {}
    at_biopsy = finding.assessment or category
    is_of_this_exam = exam is not None and (pathology.taken is None or pathology.taken >= exam)
    return {
        "biopsy_result": pathology.biopsy_result,
        "rad_path_concordance": pathology.rad_path_concordance,
        "calcifications_in_specimen": pathology.calcifications_in_specimen,
        "imaging_category_at_biopsy": at_biopsy if is_of_this_exam and at_biopsy in _AT_BIOPSY else None,
    }
