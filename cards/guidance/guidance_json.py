"""Guidance as the JSON of the contract, in full or without empty members."""

from __future__ import annotations

from cards.facts import Facts, Finding
from cards.guidance.guidance import BreastGuidance, FindingExpected, FiredRule, Guidance
from cards.policy import Policy
from cards.problem import Problem

Json = dict[str, object]


def guidance_json(
    guidance: Guidance, policy: Policy | None = None, *, compact: bool = False
) -> dict[str, object]:
    """Return Guidance as a JSON object; ``policy`` stands in for the one it was judged with.

    In full every member is present, with null or [] where there is nothing, and ``facts`` with
    the site's choices (``guideline_profile``, ``bac_policy``, ``post_benign_biopsy_interval``,
    ``switches``) can be judged again with the same result. ``compact`` leaves every empty member
    out, at any depth, as CDS Hooks demands (CH-003, CH-004): what a report left open is then
    known from ``not_stated`` alone. It is for the encoder: its arrays are the tuples of the guidance.
    """
    full = not compact
    content: Json = {}
    _add(content, full, "model_version", guidance.model_version)
    _add(content, full, "guideline_profile", guidance.guideline_profile)
    _add(content, full, "finding_expected", [_expected(entry, full) for entry in guidance.finding_expected])
    _add(content, full, "report_expected", guidance.report_expected)
    _add(content, full, "concordance", guidance.concordance)
    _add(content, full, "max_indicator", guidance.max_indicator)
    _add(content, full, "follow_up_interval", guidance.follow_up_interval)
    _add(content, full, "actions", guidance.actions)
    _add(content, full, "lay_summary_due", guidance.lay_summary_due)
    _add(content, full, "provider_report_due", guidance.provider_report_due)
    _add(content, full, "resolution_due", guidance.resolution_due)
    _add(content, full, "breasts", [_breast(entry, full) for entry in guidance.breasts])
    _add(content, full, "rules", [_rule(entry, full) for entry in guidance.rules])
    _add(content, full, "not_stated", guidance.not_stated)
    _add(content, full, "problems", [_problem(entry) for entry in guidance.problems])
    content["facts"] = facts_json(guidance.facts, policy or guidance.policy, compact=compact)
    return content


def _expected(entry: FindingExpected, full: bool) -> Json:
    content: Json = {"finding_id": entry.finding_id}
    _add(content, full, "expected", entry.expected)
    _add(content, full, "tolerated", entry.tolerated)
    return content


def _breast(entry: BreastGuidance, full: bool) -> Json:
    content: Json = {"side": entry.side}
    _add(content, full, "finding_ids", entry.finding_ids)
    _add(content, full, "assessment", entry.assessment)
    _add(content, full, "expected", entry.expected)
    _add(content, full, "tolerated", entry.tolerated)
    _add(content, full, "concordance", entry.concordance)
    _add(content, full, "driving_category", entry.driving_category)
    _add(content, full, "follow_up_interval", entry.follow_up_interval)
    _add(content, full, "actions", entry.actions)
    return content


def _rule(entry: FiredRule, full: bool) -> Json:
    inputs: Json = {}
    for name, value in entry.inputs.items():
        _add(inputs, full, name, value)
    content: Json = {"id": entry.id, "indicator": entry.indicator}
    _add(content, full, "finding_id", entry.finding_id)
    _add(content, full, "side", entry.side)
    _add(content, full, "inputs", inputs)
    _add(content, full, "citations", entry.citations)
    return content


def _problem(entry: Problem) -> Json:
    return {"location": entry.location, "code": entry.code, "text": entry.text}


def facts_json(facts: Facts, policy: Policy, *, compact: bool) -> Json:
    """Return facts and site choices as one FACTS object; ``compact`` leaves empty members out."""
    full = not compact
    content: Json = {}
    _add(content, full, "report_status", facts.report_status)
    _add(content, full, "exam_type", facts.exam_type)
    _add(content, full, "comparison_status", facts.comparison_status)
    _add(content, full, "magnification_views_done", facts.magnification_views_done)
    _add(content, full, "assessment_overall", facts.assessment_overall)
    _add(content, full, "assessment_left", facts.assessment_left)
    _add(content, full, "assessment_right", facts.assessment_right)
    _add(content, full, "assessment_conflict", facts.assessment_conflict)
    _add(content, full, "recommendation", facts.recommendation)
    _add(content, full, "recommended_interval", facts.recommended_interval)
    _add(content, full, "recommendation_side", facts.recommendation_side)
    _add(content, full, "breast_density", facts.breast_density)
    _add(content, full, "age_years", facts.age_years)
    _add(content, full, "sex", facts.sex)
    _add(content, full, "pregnancy_status", facts.pregnancy_status)
    _add(content, full, "known_cancer_side", facts.known_cancer_side)
    _add(content, full, "personal_history_breast_cancer", facts.personal_history_breast_cancer)
    _add(content, full, "bct_side", facts.bct_side)
    _add(content, full, "implant_side", facts.implant_side)
    _add(content, full, "mastectomy_side", facts.mastectomy_side)
    _add(content, full, "deceased", facts.deceased)
    _add(content, full, "risk_level", facts.risk_level)
    _add(content, full, "bac_grade", facts.bac_grade)
    _add(content, full, "previous_assessment", facts.previous_assessment)
    _add(content, full, "prior_assessment", facts.prior_assessment)
    _add(content, full, "prior_biopsy_done", facts.prior_biopsy_done)
    _add(content, full, "prior_surveillance_complete", facts.prior_surveillance_complete)
    _add(content, full, "surveillance_step", facts.surveillance_step)
    _add(content, full, "other_suspicious_finding", facts.other_suspicious_finding)
    _add(content, full, "clinical_finding", facts.clinical_finding)
    _add(content, full, "biopsy_deferred_reason", facts.biopsy_deferred_reason)
    _add(content, full, "self_referred", facts.self_referred)
    _add(content, full, "findings", [_finding(finding, full) for finding in facts.findings])
    _add(content, full, "guideline_profile", policy.guideline_profile)
    _add(content, full, "bac_policy", policy.bac_policy)
    _add(content, full, "post_benign_biopsy_interval", policy.post_benign_biopsy_interval)
    _add(content, full, "switches", dict(policy.switches))
    return content


def _finding(finding: Finding, full: bool) -> Json:
    content: Json = {}
    _add(content, full, "finding_id", finding.finding_id)
    _add(content, full, "laterality", finding.laterality)
    _add(content, full, "morphology", finding.morphology)
    _add(content, full, "distribution", finding.distribution)
    _add(content, full, "change", finding.change)
    _add(content, full, "stability_months", finding.stability_months)
    _add(content, full, "symmetry", finding.symmetry)
    _add(content, full, "associated_features", finding.associated_features)
    _add(content, full, "location_context", finding.location_context)
    _add(content, full, "near_known_cancer", finding.near_known_cancer)
    _add(content, full, "is_known_cancer", finding.is_known_cancer)
    _add(content, full, "biopsy_result", finding.biopsy_result)
    _add(content, full, "rad_path_concordance", finding.rad_path_concordance)
    _add(content, full, "calcifications_in_specimen", finding.calcifications_in_specimen)
    _add(content, full, "imaging_category_at_biopsy", finding.imaging_category_at_biopsy)
    _add(content, full, "prior_report_describes", finding.prior_report_describes)
    _add(content, full, "assessment", finding.assessment)
    return content


def _add(content: Json, full: bool, name: str, value: object) -> None:
    """Add a member: any in full, with lists for tuples, else one that says something. False and 0 do;
    null, "", [] and {} do not."""
    if full:
        content[name] = list(value) if isinstance(value, tuple) else value
    elif value is not None and (value or isinstance(value, int)):
        content[name] = value
