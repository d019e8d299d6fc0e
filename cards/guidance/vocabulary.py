"""The closed vocabularies that the data files are checked against."""

from __future__ import annotations

from typing import Final

INDICATORS: Final = ("none", "info", "warning", "critical")
INDICATOR_RANK: Final = {indicator: rank for rank, indicator in enumerate(INDICATORS)}

VERDICTS: Final = (
    "under_called",
    "not_permitted",
    "over_called",
    "not_evaluable",
    "tolerated",
    "concordant",
)
# Report verdict = the worst of the breasts (section 6); not_applicable only when there is no other.
VERDICT_RANK: Final = {verdict: rank for rank, verdict in enumerate((*VERDICTS, "not_applicable"))}

DISTRIBUTIONS: Final = ("diffuse", "regional", "grouped", "linear", "segmental", "not_stated")
MORPHOLOGY_CLASSES: Final = ("typically_benign", "conditional", "suspicious", "no_class")
SUSPICIOUS_MORPHOLOGY: Final = (
    "amorphous",
    "coarse_heterogeneous",
    "fine_pleomorphic",
    "fine_linear_branching",
)
CHANGE_CLASSES: Final = (
    "active",
    "stable_24",
    "decreasing",
    "stable_unknown",
    "stable_short",
    "not_compared",
)
ACTIVE_CHANGE: Final = frozenset({"new", "increasing", "changed_morphology"})
ASSOCIATED_FEATURES: Final = (
    "mass",
    "architectural_distortion",
    "focal_asymmetry",
    "skin_retraction",
    "adenopathy",
)
SURVEILLANCE_STEPS: Final = ("none", "m6", "m12", "m24", "m36")
STEP_MONTHS: Final = {"m6": 6, "m12": 12, "m24": 24, "m36": 36}

INTERVALS: Final = ("P6M", "P12M", "P1Y", "P2Y", "P3Y")
INTERVAL_MONTHS: Final = {"P6M": 6, "P12M": 12, "P1Y": 12, "P2Y": 24, "P3Y": 36}

RECOMMENDATIONS: Final = (
    "routine_screening",
    "short_interval_follow_up",
    "additional_imaging",
    "magnification_views",
    "ultrasound",
    "prior_comparison",
    "tissue_diagnosis",
    "surgical_consult",
    "oncology_referral",
    "treatment_planning",
    "clinical_management",
)
ACTIONS: Final = (
    "cardiovascular_risk_note",
    "clinical_follow_up",
    "confirm_age_and_risk",
    "confirm_assessment",
    "diagnostic_mammogram_bilateral",
    "diagnostic_mammogram_magnification",
    "diagnostic_mammogram_unilateral",
    "image_guided_biopsy",
    "multidisciplinary_review",
    "oncology_referral",
    "per_oncology_plan",
    "prior_images_retrieval",
    "repeat_biopsy_or_excision",
    "resolve_prior_recommendation",
    "retract_earlier_guidance",
    "risk_assessment",
    "screening_mammogram",
    "shared_decision",
    "state_rad_path_concordance",
    "supplemental_screening_discussion",
    "surgical_consult",
    "surveillance_mammogram",
    "verify_pathology",
)

BIOPSY_RESULTS: Final = (
    "benign",
    "adh",
    "flat_epithelial_atypia",
    "alh",
    "lcis_classic",
    "lcis_nonclassic",
    "radial_scar",
    "papilloma_no_atypia",
    "papilloma_atypia",
    "mucocele_like",
    "dcis",
    "invasive",
    "insufficient",
    "other",
)
# Group N of section 10: results that found no cancer.
NO_CANCER_FOUND: Final = (
    "benign",
    "flat_epithelial_atypia",
    "alh",
    "lcis_classic",
    "radial_scar",
    "papilloma_no_atypia",
    "mucocele_like",
)
CANCER_FOUND: Final = frozenset({"dcis", "invasive"})

# One bit a breast: left 1, right 2. A bilateral finding lies on both; where a side is missing the
# finding counts for both (sections 5.4 and 6).
SIDE_BITS: Final = {"none": 0, "left": 1, "right": 2, "both": 3, "bilateral": 3, "missing": 3}
BREAST_BIT: Final = {"left": 1, "right": 2}
