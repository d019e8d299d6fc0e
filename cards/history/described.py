"""Whether earlier reports describe a finding, and for how long it has been stable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from cards.facts import Finding
from cards.history.breast import BOTH, category_of, covers, findings_in
from cards.reading.dates import whole_months
from cards.reading.reading import EarlierReport

_QUIET = frozenset(("stable", "decreasing"))
_SAYS_NOTHING = frozenset(("unspecified",))
# Each finding is compared with each earlier one: with more of them nobody could say which is which.
_MOST_FINDINGS = 100


def _sides(finding: Finding) -> tuple[str, ...]:
    return tuple(side for side in BOTH if covers(finding.laterality, side))


def _may_be_same(
    finding: Finding, places: tuple[str, ...], earlier: Finding, earlier_places: tuple[str, ...]
) -> bool:
    """Whether shape and place allow two descriptions to be of one finding."""
    shapes = set(finding.morphology) - _SAYS_NOTHING
    earlier_shapes = set(earlier.morphology) - _SAYS_NOTHING
    if shapes and earlier_shapes and not shapes & earlier_shapes:
        return False
    return not (places and earlier_places) or bool(set(places) & set(earlier_places))


def can_be_compared(findings: tuple[Finding, ...], reports: tuple[EarlierReport, ...]) -> bool:
    """Whether no report has so many findings that one could not be told from the other."""
    return max(len(findings), *(len(report.findings) for report in reports)) <= _MOST_FINDINGS


def _describing(
    finding: Finding, places: tuple[str, ...], report: EarlierReport
) -> tuple[list[Finding], list[Finding]]:
    """The earlier findings of the same breast, and those of them that may be this one."""
    near = [one for side in _sides(finding) for one in findings_in(report, side)]
    near = list({one.finding_id: one for one in near}.values())
    own = [one for one in near if _may_be_same(finding, places, one, report.places.get(one.finding_id, ()))]
    return near, own


def prior_report_describes(
    finding: Finding, places: tuple[str, ...], reports: tuple[EarlierReport, ...]
) -> str:
    """yes, no or unknown: does the last earlier report of the breast describe this finding?

    yes: it codes a calcification there whose shape and place fit. no: it came whole, and either codes
    calcifications in the other breast only or calls the breast negative (category 1). Else unknown.
    """
    for report in reports:
        if not any(category_of(report, side) is not None for side in _sides(finding)) and not report.findings:
            continue
        near, own = _describing(finding, places, report)
        if own:
            return "yes"
        if near or not report.complete:
            return "unknown"
        negative = all(category_of(report, side) == "1" for side in _sides(finding))
        return "no" if report.findings or negative else "unknown"
    return "unknown"


def stability_months(
    finding: Finding, places: tuple[str, ...], reports: tuple[EarlierReport, ...], exam: date
) -> int | None:
    """For how many whole months the earlier reports show the finding unchanged; None when they do not say.

    Only for a finding that is stable or decreasing now. Counted from the earliest report of an unbroken
    row: each describes exactly one finding that may be this one, and none but the first calls it
    new, increasing or changed.
    """
    if finding.change not in _QUIET:
        return None
    since: date | None = None
    for report in reports:
        near, own = _describing(finding, places, report)
        if not near:
            if report.findings:
                break
            continue
        if len(own) != 1 or report.exam_date is None:
            break
        since = report.exam_date
        if own[0].change not in _QUIET:
            break
    return None if since is None else whole_months(since, exam)


def stability_of(
    findings: tuple[Finding, ...],
    places: Mapping[str, tuple[str, ...]],
    reports: tuple[EarlierReport, ...],
    exam: date,
) -> dict[str, int | None]:
    """finding id -> months; None for two findings that would share one earlier description."""
    months = {
        one.finding_id: stability_months(one, places.get(one.finding_id, ()), reports, exam)
        for one in findings
    }
    shared = [
        one.finding_id
        for one in findings
        if months[one.finding_id] is not None
        and any(
            other is not one
            and set(_sides(other)) & set(_sides(one))
            and _may_be_same(one, places.get(one.finding_id, ()), other, places.get(other.finding_id, ()))
            for other in findings
        )
    ]
    return months | dict.fromkeys(shared)
