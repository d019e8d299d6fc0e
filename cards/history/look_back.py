"""Fill in what only earlier reports can tell."""

from __future__ import annotations

from dataclasses import replace

from cards.facts import Facts, Finding
from cards.history.biopsy import ADVISING, biopsy_done, category_at_biopsy
from cards.history.breast import prior_assessment, sides_of_findings
from cards.history.described import can_be_compared, prior_report_describes, stability_of
from cards.history.surveillance import surveillance_complete, surveillance_step
from cards.reading.category import higher
from cards.reading.reading import EarlierReport, Reading, Sources


def look_back(reading: Reading) -> Reading:
    """The same Reading with the facts that need earlier reports (docs/fhir-inputs.md).

    Of the report: prior_assessment, prior_biopsy_done, prior_surveillance_complete, surveillance_step
    and previous_assessment. Of each finding: stability_months, prior_report_describes and the category at
    an earlier biopsy. What is stated already stays.
    """
    everything = reading.sources.earlier_reports
    if not everything:
        return reading
    versions = tuple(one for one in everything if one.same_report)
    earlier = tuple(one for one in everything if not one.same_report)
    facts = replace(reading.facts, previous_assessment=_previous(reading.facts, versions))
    if earlier:
        facts = _with_earlier(facts, earlier, reading.sources)
    return replace(reading, facts=facts)


def _previous(facts: Facts, versions: tuple[EarlierReport, ...]) -> str | None:
    """The category of the last earlier version: its overall one, else the higher of its breasts."""
    if facts.previous_assessment is not None or not versions:
        return facts.previous_assessment
    last = versions[0]
    return last.assessment_overall or higher(last.assessment_left, last.assessment_right)


def _with_earlier(facts: Facts, earlier: tuple[EarlierReport, ...], sources: Sources) -> Facts:
    sides = sides_of_findings(facts)
    prior = prior_assessment(earlier, sides)
    if prior is not None:
        report, side, category = prior
        facts = replace(
            facts,
            prior_assessment=category,
            prior_biopsy_done=biopsy_done(report, side, sources) if category in ADVISING else None,
            prior_surveillance_complete=surveillance_complete(earlier, side),
        )
    findings = _with_findings(facts.findings, earlier, sources)
    exam = sources.exam_date
    if exam is None:
        return replace(facts, findings=findings)
    return replace(facts, findings=findings, surveillance_step=surveillance_step(earlier, facts, sides, exam))


def _with_findings(
    findings: tuple[Finding, ...], earlier: tuple[EarlierReport, ...], sources: Sources
) -> tuple[Finding, ...]:
    exam = sources.exam_date
    described = earlier if can_be_compared(findings, earlier) else ()
    months = {} if exam is None else stability_of(findings, sources.places, described, exam)
    filled: list[Finding] = []
    for finding in findings:
        places = sources.places.get(finding.finding_id, ())
        stable = finding.stability_months
        at_biopsy = finding.imaging_category_at_biopsy
        taken = sources.pathology_dates.get(finding.finding_id)
        if finding.biopsy_result is not None and at_biopsy is None and taken is not None:
            at_biopsy = category_at_biopsy(finding, taken, earlier)
        filled.append(
            replace(
                finding,
                stability_months=months.get(finding.finding_id) if stable is None else stable,
                prior_report_describes=prior_report_describes(finding, places, described),
                imaging_category_at_biopsy=at_biopsy,
            )
        )
    return tuple(filled)
