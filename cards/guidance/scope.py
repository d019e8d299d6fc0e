"""Section 13, scope and status: may this report be judged at all, and as what?"""

from __future__ import annotations

from typing import Final

from cards.guidance.categories import INCOMPLETE, SUSPICIOUS
from cards.guidance.guidance import Inputs
from cards.guidance.report import Report
from cards.guidance.situations import INDICATOR_OF
from cards.guidance.timers import AMENDING_STATUS, UNTIMED_STATUS, category_changed, letters_due

_WITHDRAWN: Final = frozenset({"cancelled", "entered_in_error"})


def stops_before_data(report: Report) -> bool:
    """R-SC-05 and R-SC-02: not mammography, or withdrawn. True ends the run without any card."""
    facts = report.facts
    if facts.exam_type == "not_mammography":
        report.fire("R-SC-05", {"exam_type": facts.exam_type})
        return True
    if facts.report_status in _WITHDRAWN:
        report.fire("R-SC-02", {"report_status": facts.report_status})
        report.actions.add("retract_earlier_guidance")
        return True
    return False


def received(report: Report, *, incomplete: bool, unreadable: bool) -> None:
    """R-DQ-14 and R-DQ-15 of the FHIR line: silence is no answer then."""
    if incomplete:
        report.fire("R-DQ-14", {"incomplete": True})
    if unreadable:
        report.fire("R-DQ-15", {"unreadable": True})


def stops_without_finding(report: Report, *, described_uncoded: bool) -> bool:
    """R-SC-01: no calcification finding; R-SC-07 says when the text seems to describe one."""
    if report.findings:
        return False
    report.fire("R-SC-01", {"findings": ()})
    coded = (report.overall, report.left, report.right)
    worth_saying = any(value in INCOMPLETE or value in SUSPICIOUS or value == "3" for value in coded)
    if described_uncoded and worth_saying:
        report.fire("R-SC-07", {"assessment": report.effective, "findings": ()})
    return True


def stops_after_marker(report: Report) -> tuple[bool, str | None]:
    """R-SC-06: a marker placement has no descriptor check, only R-RG-01; with what is due."""
    if report.facts.exam_type != "marker_placement":
        return False, None
    situation = "coded_mp" if report.overall == "MP" else "another_category"
    inputs: Inputs = {"exam_type": "marker_placement", "assessment_overall": report.facts.assessment_overall}
    report.fire("R-SC-06", inputs, INDICATOR_OF["R-SC-06", situation])
    return True, letters_due(report, only=("R-RG-01",))


def status(report: Report) -> None:
    """R-SC-03 and R-SC-04: provisional and amended reports."""
    facts = report.facts
    if facts.report_status in UNTIMED_STATUS:
        report.fire("R-SC-03", {"report_status": facts.report_status})
    if facts.report_status in AMENDING_STATUS:
        situation = "unchanged_or_unknown"
        if category_changed(report):
            situation = "became_suspicious" if report.suspicious else "changed"
        inputs: Inputs = {
            "report_status": facts.report_status,
            "previous_assessment": facts.previous_assessment,
            "assessment": report.effective,
        }
        report.fire("R-SC-04", inputs, INDICATOR_OF["R-SC-04", situation])
