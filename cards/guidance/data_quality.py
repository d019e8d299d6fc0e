"""Section 13, data quality and earlier reports: what is missing, contradictory or unresolved."""

from __future__ import annotations

from cards.guidance.categories import INCOMPLETE, SUSPICIOUS
from cards.guidance.guidance import Inputs
from cards.guidance.normalise import Normal
from cards.guidance.report import Report
from cards.guidance.situations import INDICATOR_OF
from cards.guidance.vocabulary import BREAST_BIT


def data_quality(report: Report) -> None:
    """Fire the R-DQ rules that look at the report and at every finding."""
    facts = report.facts
    for finding in report.normal:
        _finding(finding, report)
    side = facts.recommendation_side
    if side is not None and not any(finding.sides & BREAST_BIT[side] for finding in report.normal):
        lateralities = tuple([finding.raw.laterality for finding in report.normal])
        report.fire("R-DQ-02", {"recommendation_side": side, "laterality": lateralities})
    if report.overall is None:
        report.fire("R-DQ-07", {"assessment_overall": facts.assessment_overall})
    if facts.breast_density is None:
        report.fire("R-DQ-08", {"breast_density": None})
    if facts.age_years is None or facts.sex == "unknown":
        report.fire("R-DQ-09", {"age_years": facts.age_years, "sex": facts.sex})
    if facts.exam_type == "unknown":
        report.fire("R-DQ-12", {"exam_type": "unknown"})
    if report.conflict:
        report.fire("R-DQ-13", {"assessment_conflict": True, "assessment_overall": facts.assessment_overall})
        report.actions.add("confirm_assessment")


def _finding(finding: Normal, report: Report) -> None:
    raw = finding.raw
    if raw.laterality == "missing":
        if report.suspicious:
            situation = "suspicious"
        elif report.effective in INCOMPLETE or report.effective in ("3", "6"):
            situation = "incomplete_3_or_6"
        else:
            situation = "other"
        inputs: Inputs = {"laterality": "missing", "assessment": report.effective}
        report.fire("R-DQ-01", inputs, INDICATOR_OF["R-DQ-01", situation], finding.id)
    if finding.unmapped or finding.unmapped_distribution:
        inputs = {"morphology": finding.unmapped}
        if finding.unmapped_distribution:
            inputs["distribution"] = raw.distribution
        report.fire("R-DQ-05", inputs, "info", finding.id)
    if finding.ambiguous:
        read_as = (*finding.suspicious,)
        report.fire("R-DQ-11", {"morphology": finding.ambiguous, "read_as": read_as}, None, finding.id)
    if raw.change != "not_compared" and report.facts.comparison_status != "compared":
        inputs = {"change": raw.change, "comparison_status": report.facts.comparison_status}
        report.fire("R-DQ-06", inputs, None, finding.id)


def earlier_reports(report: Report) -> None:
    """Fire the R-PR rules; R-PR-01 asks to resolve an earlier advice."""
    facts = report.facts
    if (
        facts.prior_assessment in SUSPICIOUS
        and facts.prior_biopsy_done is False
        and report.effective in ("1", "2", "3")
    ):
        inputs: Inputs = {
            "prior_assessment": facts.prior_assessment,
            "prior_biopsy_done": False,
            "assessment": report.effective,
        }
        report.fire("R-PR-01", inputs)
        if not report.conflict:
            report.actions.add("resolve_prior_recommendation")
    for finding in report.findings:
        told = (finding.change, finding.prior_report_describes)
        if told in (("new", "yes"), ("stable", "no")):
            inputs = {"change": told[0], "prior_report_describes": told[1]}
            report.fire("R-PR-02", inputs, None, finding.finding_id)
    if (
        facts.prior_assessment == "3"
        and facts.prior_surveillance_complete is False
        and facts.exam_type == "screening"
    ):
        inputs = {"prior_assessment": "3", "prior_surveillance_complete": False, "exam_type": "screening"}
        report.fire("R-PR-03", inputs)
