"""Section 13, special populations: what a card must keep in mind for this patient."""

from __future__ import annotations

from cards.guidance.guidance import Inputs
from cards.guidance.report import Report
from cards.guidance.situations import INDICATOR_OF
from cards.guidance.vocabulary import BREAST_BIT, SIDE_BITS


def special_populations(report: Report) -> None:
    """Fire the R-SP rules."""
    facts = report.facts
    if facts.pregnancy_status in ("pregnant", "lactating"):
        report.fire("R-SP-01", {"pregnancy_status": facts.pregnancy_status})
    if facts.sex == "male":
        report.fire("R-SP-02", {"sex": "male"})
    if facts.sex == "female" and facts.age_years is not None and facts.age_years < 40:
        report.fire("R-SP-03", {"sex": "female", "age_years": facts.age_years})
    if facts.implant_side != "none":
        report.fire("R-SP-04", {"implant_side": facts.implant_side})
    if facts.deceased:
        report.fire("R-SP-05", {"deceased": True})
    if facts.mastectomy_side != "none":
        _mastectomy(report)


def _mastectomy(report: Report) -> None:
    facts = report.facts
    removed = SIDE_BITS[facts.mastectomy_side]
    named = BREAST_BIT.get(facts.recommendation_side or "", 0)
    concerned = named & removed or any(finding.sides & removed for finding in report.normal)
    inputs: Inputs = {
        "mastectomy_side": facts.mastectomy_side,
        "recommendation_side": facts.recommendation_side,
        "laterality": tuple([finding.raw.laterality for finding in report.normal]),
    }
    situation = "on_that_side" if concerned else "elsewhere"
    report.fire("R-SP-06", inputs, INDICATOR_OF["R-SP-06", situation])
