"""Section 6, after the verdicts: magnification views, priors, and several assessments together."""

from __future__ import annotations

from collections.abc import Sequence

from cards.guidance.breasts import Breast
from cards.guidance.categories import SUSPICIOUS, drives_above
from cards.guidance.guidance import Inputs
from cards.guidance.report import Report
from cards.guidance.situations import INDICATOR_OF


def exam_checks(breasts: Sequence[Breast], report: Report) -> None:
    """Fire R-EX-05, R-EX-07 and the R-AG rules."""
    facts = report.facts
    if not report.conflict:
        if facts.exam_type == "diagnostic" and facts.magnification_views_done is False:
            _magnification(breasts, report)
        _overall_too_low(report)
    if "0P" in (report.overall, report.left, report.right):
        report.fire("R-EX-07", report.shown(("assessment_overall", "assessment_left", "assessment_right")))
    for breast in breasts:
        with_sets = len(breast.sets) + len(breast.known_cancers)
        if breast.assessment is not None and with_sets > 1:
            ids = tuple([finding.id for finding in breast.judged])
            inputs: Inputs = {"findings": ids, "driving": breast.driving_ids}
            report.fire("R-AG-01", inputs, None, None, breast.side)
    if report.left and report.right and report.left != report.right:
        report.fire("R-AG-03", {"assessment_left": report.left, "assessment_right": report.right})


def _magnification(breasts: Sequence[Breast], report: Report) -> None:
    for breast in breasts:
        if not breast.judged:
            continue
        situation = "three" if breast.assessment == "3" else "suspicious"
        if breast.assessment == "3" or breast.assessment in SUSPICIOUS:
            inputs = {"magnification_views_done": False, "assessment": breast.assessment}
            report.fire("R-EX-05", inputs, INDICATOR_OF["R-EX-05", situation], None, breast.side)


def _overall_too_low(report: Report) -> None:
    """R-AG-02: the overall assessment must carry the highest category."""
    overall = report.overall
    if overall is None:
        return
    for side, value in (("left", report.left), ("right", report.right)):
        if value is not None and drives_above(value, overall):
            situation = "suspicious" if value in SUSPICIOUS else "other"
            inputs: Inputs = {"assessment_overall": overall, f"assessment_{side}": value}
            report.fire("R-AG-02", inputs, INDICATOR_OF["R-AG-02", situation], None, side)
