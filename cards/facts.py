"""Facts: what one signed report says, under the names of decision model section 2.

The defaults of the two classes are those of section 2 and hold for FACTS files only. The
reader starts from UNSTATED_FACTS and UNSTATED_FINDING instead: what a report does not state is
null, unknown, missing or empty, never a default.
"""

from __future__ import annotations

from dataclasses import fields, replace

from cards.value_class import value_class


@value_class
class Finding:
    """One coded group of calcifications (section 2.2). ``stability_months`` is in months."""

    finding_id: str = "F1"
    laterality: str = "left"
    morphology: tuple[str, ...] = ("punctate",)
    distribution: str = "grouped"
    change: str = "not_compared"
    stability_months: int | None = None
    symmetry: str = "not_stated"
    associated_features: tuple[str, ...] = ()
    location_context: str = "none"
    near_known_cancer: bool = False
    is_known_cancer: bool = False
    biopsy_result: str | None = None
    rad_path_concordance: str | None = None
    calcifications_in_specimen: str | None = None
    imaging_category_at_biopsy: str | None = None
    prior_report_describes: str = "unknown"
    assessment: str | None = None


@value_class
class Facts:
    """What one report says (section 2.1) and its findings.

    Intervals are ISO 8601 durations, ages are whole years on the exam date.
    """

    report_status: str = "final"
    exam_type: str = "screening"
    comparison_status: str = "compared"
    magnification_views_done: bool | None = None
    assessment_overall: str | None = "2"
    assessment_left: str | None = None
    assessment_right: str | None = None
    assessment_conflict: bool = False
    recommendation: tuple[str, ...] | None = ("routine_screening",)
    recommended_interval: str | None = None
    recommendation_side: str | None = None
    breast_density: str | None = "b"
    age_years: int | None = 55
    sex: str = "female"
    pregnancy_status: str = "none"
    known_cancer_side: str = "none"
    personal_history_breast_cancer: bool = False
    bct_side: str = "none"
    implant_side: str = "none"
    mastectomy_side: str = "none"
    deceased: bool = False
    risk_level: str = "average"
    bac_grade: int | None = None
    previous_assessment: str | None = None
    prior_assessment: str | None = None
    prior_biopsy_done: bool | None = None
    prior_surveillance_complete: bool | None = None
    surveillance_step: str = "none"
    other_suspicious_finding: bool = False
    clinical_finding: bool = False
    biopsy_deferred_reason: str | None = None
    self_referred: bool = False
    findings: tuple[Finding, ...] = ()


UNSTATED_FINDING = Finding(laterality="missing", morphology=(), distribution="not_stated")
UNSTATED_FACTS = replace(
    Facts(),
    report_status="unknown",
    exam_type="unknown",
    comparison_status="not_stated",
    assessment_overall=None,
    recommendation=None,
    breast_density=None,
    age_years=None,
    sex="unknown",
)


def not_stated(facts: Facts) -> list[str]:
    """Name every member that the report leaves open, as ``findings[F1].distribution``.

    Asked for is every member whose absence a clinician would want to know of; the others are plain
    negatives (no implant, not deceased) that reports do not state when they do not apply.
    """
    names: list[str] = []
    if facts.exam_type == "unknown":
        names.append("exam_type")
    if facts.comparison_status == "not_stated":
        names.append("comparison_status")
    if facts.magnification_views_done is None:
        names.append("magnification_views_done")
    if facts.assessment_overall is None:
        names.append("assessment_overall")
    if facts.recommendation is None:
        names.append("recommendation")
    if facts.recommended_interval is None:
        names.append("recommended_interval")
    if facts.breast_density is None:
        names.append("breast_density")
    if facts.age_years is None:
        names.append("age_years")
    if facts.sex == "unknown":
        names.append("sex")
    for finding in facts.findings:
        _add_not_stated(names, finding)
    return names


def _add_not_stated(names: list[str], finding: Finding) -> None:
    if finding.laterality == "missing":
        names.append(f"findings[{finding.finding_id}].laterality")
    if not finding.morphology:
        names.append(f"findings[{finding.finding_id}].morphology")
    if finding.distribution == "not_stated":
        names.append(f"findings[{finding.finding_id}].distribution")
    if finding.change == "not_compared":
        names.append(f"findings[{finding.finding_id}].change")


FINDING_MEMBERS = tuple(member.name for member in fields(Finding))
FACTS_MEMBERS = tuple(member.name for member in fields(Facts))
