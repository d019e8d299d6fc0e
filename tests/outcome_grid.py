"""A grid of situations that walks along every clinical table, so that each of its cells matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from cards.facts_members import MEMBERS

Inputs = dict[str, object]
VALUES = {member.name: member.values for member in MEMBERS}
ASSESSMENTS = VALUES["assessment_overall"]
DISTRIBUTIONS = ("diffuse", "regional", "grouped", "linear", "segmental", "not_stated")
SUSPICIOUS = ("amorphous", "coarse_heterogeneous", "fine_pleomorphic", "fine_linear_branching")
SPELLINGS = (
    "skin", "vascular", "coarse_popcorn", "coarse", "popcorn", "large_rod_like", "largeRoadlike",
    "secretory", "rim", "eggshell", "lucent_centered", "dystrophic", "milk_of_calcium", "layering",
    "suture", "sature", "round", "spherical", "punctate", "amorphous", "indistinct",
    "coarse_heterogeneous", "heterogeneous", "fine_pleomorphic", "pleomorphic", "fine_linear_branching",
    "fine_linear", "casting", "fine", "unspecified", "generic", "Round",
)  # fmt: skip
ARRANGED = (*DISTRIBUTIONS, "clustered", "multiple_groups", "scattered", "fine_linear_branching",
            "fine, linear, branching", "starry")  # fmt: skip
CHANGES: tuple[Inputs, ...] = (
    {},
    {"change": "new"},
    {"change": "increasing"},
    {"change": "changed_morphology"},
    {"change": "stable"},
    {"change": "stable", "stability_months": 23},
    {"change": "stable", "stability_months": 24},
    {"change": "decreasing"},
    {"change": "decreasing", "stability_months": 24},
    {"change": "resolved"},
)


def _report(*findings: Inputs, **members: object) -> Inputs:
    return {"exam_type": "diagnostic", **members, "findings": list(findings)}


def terms() -> Iterator[Inputs]:
    """Every spelling of a shape and of an arrangement, alone."""
    for spelling in SPELLINGS:
        yield _report({"morphology": [spelling]})
    for arrangement, shape in product(ARRANGED, ("punctate", "amorphous", "skin")):
        yield _report({"morphology": [shape], "distribution": arrangement})


def suspicious() -> Iterator[Inputs]:
    """The base table under each of its switches, change, mixture and place."""
    switches: tuple[Inputs, ...] = (
        {},
        {"morphology_strictness": "birads2013"},
        {"morphology_strictness": "recent"},
        {"diffuse_amorphous_policy": "always_biopsy"},
        {"suspicious_stable_policy": 24},
    )
    for shape, arrangement, switch in product(SUSPICIOUS, DISTRIBUTIONS, switches):
        finding = {"morphology": [shape], "distribution": arrangement}
        yield _report(finding, switches=switch)
        yield _report({**finding, "change": "stable", "stability_months": 24}, switches=switch)
    for shape, arrangement, change in product(SUSPICIOUS[:2], DISTRIBUTIONS, CHANGES[1:4:2]):
        yield _report({"morphology": [shape], "distribution": arrangement, **change})
    for arrangement, side, age in product(DISTRIBUTIONS, ("left", "bilateral"), (49, 50)):
        finding = {"morphology": ["amorphous", "round"], "distribution": arrangement, "laterality": side}
        yield _report(finding, age_years=age)
    diffuse = {"morphology": ["amorphous"], "distribution": "diffuse"}
    yield _report({**diffuse, "laterality": "bilateral"}, known_cancer_side="left", age_years=60)
    for members in ({"bct_side": "right"}, {"personal_history_breast_cancer": True}, {"age_years": None}):
        yield _report({**diffuse, "symmetry": "bilateral_similar"}, **members)
    for shape, place in product(
        SUSPICIOUS, ("near_known_cancer", "mass", "lumpectomy_bed", "implant_capsule")
    ):
        for arrangement in ("diffuse", "regional", "grouped"):
            yield _report({"morphology": [shape], "distribution": arrangement, **_placed(place)})


def _placed(place: str) -> Inputs:
    if place == "near_known_cancer":
        return {"near_known_cancer": True}
    return {"associated_features": [place]} if place == "mass" else {"location_context": place}


def conditional() -> Iterator[Inputs]:
    """The rows for round and punctate: place, history, arrangement, change, symmetry, switches."""
    places: tuple[tuple[Inputs, Inputs], ...] = (
        ({}, {}),
        ({"near_known_cancer": True}, {}),
        ({"location_context": "lumpectomy_bed"}, {}),
        ({}, {"bct_side": "left"}),
        ({"location_context": "lumpectomy_bed"}, {"switches": {"post_bct_new_calc_policy": "biopsy_all"}}),
    )
    for (place, members), arrangement, change in product(places, DISTRIBUTIONS, CHANGES):
        yield _report({"distribution": arrangement, **place, **change}, **members)
    for arrangement in DISTRIBUTIONS:
        yield _report({"distribution": arrangement, "change": "new"}, **places[4][1])
    for change in CHANGES:
        for _, members in places[::4]:
            bed = {"morphology": ["coarse_heterogeneous"], "location_context": "lumpectomy_bed", **change}
            yield _report(bed, **members)
    for symmetry, arrangement, flag in product(VALUES["symmetry"], DISTRIBUTIONS, ("info", "off")):
        yield _report({"distribution": arrangement, "symmetry": symmetry}, switches={"unilateral_flag": flag})
    for policy in ("widen", "same_as_female", "biopsy_always"):
        for change in (*CHANGES[:1], *CHANGES[4:6]):
            yield _report(change, sex="male", switches={"male_category3_policy": policy})
            yield _report(change, risk_level="high", switches={"male_category3_policy": policy})
    for feature, shape in product(VALUES["associated_features"], ("punctate", "skin")):
        yield _report({"associated_features": [feature], "morphology": [shape], "distribution": "diffuse"})


def benign() -> Iterator[Inputs]:
    """Typically benign shapes, in the bed, in the capsule, and with category 3 tolerated for all."""
    for shape, place, policy in product(
        SPELLINGS[:16], ("none", "lumpectomy_bed", "implant_capsule"), ("three_shapes", "tolerate_all")
    ):
        finding = {"morphology": [shape], "location_context": place}
        yield _report(finding, assessment_overall="3", switches={"typically_benign_category3": policy})


def verdicts() -> Iterator[Inputs]:
    """Every category on every exam, for sets from benign to almost certain, with and without cancer."""
    kinds: tuple[tuple[Inputs, ...], ...] = (
        ({"morphology": ["skin"]},),
        ({},),
        ({"distribution": "linear"},),
        ({"morphology": ["fine_linear_branching"]},),
        ({"morphology": []},),
        ({"morphology": ["sparkly"]},),
        ({"morphology": []}, {"finding_id": "F2"}),
        ({"is_known_cancer": True}, {"finding_id": "F2", "morphology": ["skin"]}),
        ({"is_known_cancer": True}, {"finding_id": "F2"}),
        ({"is_known_cancer": True}, {"finding_id": "F2", "morphology": ["amorphous"]}),
    )
    for findings, exam, category in product(kinds, VALUES["exam_type"][:3], ASSESSMENTS):
        yield _report(*findings, exam_type=exam, assessment_overall=category)
    for exam, category, other in product(("screening", "diagnostic"), ASSESSMENTS, (True, False)):
        yield _report(
            {"laterality": "right"}, exam_type=exam, assessment_right=category, other_suspicious_finding=other
        )
        yield _report(
            {}, assessment_overall=category, exam_type=exam, assessment_left="2", assessment_right="5",
            magnification_views_done=other,
        )  # fmt: skip
        yield _report({}, assessment_overall=category, known_cancer_side="left", clinical_finding=other)
        yield _report(
            {"morphology": ["amorphous"]}, exam_type="screening", assessment_overall=category,
            switches={"screening_category_4_5": "not_permitted" if other else "tolerate"},
        )  # fmt: skip
    for category in ASSESSMENTS:
        yield _report({}, assessment_overall=category, magnification_views_done=False)
        yield _report({}, assessment_overall=category, exam_type="marker_placement")
    for level, shape in product(("warning", "critical", "info"), ("skin", "amorphous")):
        yield _report(
            {"morphology": [shape]}, assessment_overall="6", switches={"category6_missing_pathology": level}
        )


def recommendations() -> Iterator[Inputs]:
    """Every category with every recommendation, and the intervals of each surveillance step."""
    for category, advice in product(ASSESSMENTS, (None, *VALUES["recommendation"])):
        coded = None if advice is None else [advice]
        yield _report({}, assessment_overall=category, recommendation=coded)
        yield _report({}, assessment_overall=category, recommendation=coded, exam_type="screening")
        yield _report({}, assessment_overall=category, recommendation=coded, clinical_finding=True)
    beside = ("tissue_diagnosis", "additional_imaging", "prior_comparison", "routine_screening")
    for category, advice, second in product(
        ("0A", "3", "4", "4A", "5", "6"), VALUES["recommendation"], beside
    ):
        coded = [advice, second]
        yield _report({}, assessment_overall=category, recommendation=coded, exam_type="screening")
        yield _report({}, assessment_overall=category, recommendation=coded, biopsy_deferred_reason="x")
    for category in ASSESSMENTS:
        note = {"uncoded_recommendation": "note"}
        yield _report({}, assessment_overall=category, recommendation=None, switches=note)
        yield _report({}, assessment_overall=category, recommendation=[], switches=note)
    for category in ("4", "4A", "5"):
        yield _report({}, assessment_overall=category, biopsy_deferred_reason="anticoagulation")
    for step, interval in product(VALUES["surveillance_step"], ("P3M", "P6M", "P12M", "P1Y", "P2Y", None)):
        yield _report(
            {}, assessment_overall="3", recommendation=["short_interval_follow_up"], surveillance_step=step,
            recommended_interval=interval,
        )  # fmt: skip


def surveillance() -> Iterator[Inputs]:
    """Every step with every change, for categories 1, 2 and 3, under its switches."""
    switches: tuple[Inputs, ...] = ({}, {"surveillance_months": 36}, {"category3_m6_side": "bilateral"})
    for step, change, category, switch in product(
        VALUES["surveillance_step"], CHANGES[:7:3], ("2", "3"), switches
    ):
        yield _report(change, surveillance_step=step, assessment_overall=category, switches=switch)
    yield _report({"morphology": ["skin"]}, surveillance_step="m36", assessment_overall="3")


def routine() -> Iterator[Inputs]:
    """Profiles at each of their ages, and the rows for the patient that stand before them."""
    profiles = (
        "acr_sbi",
        "md_anderson",
        "nccn",
        "uspstf_2024",
        "acs_2015",
        "acog_2024",
        "ctfphc_2018",
        "nhsbsp",
    )
    benign = {"morphology": ["skin"]}
    for profile, age in product(profiles, (39, 40, 44, 45, 49, 50, 54, 55, 70, 71, 74, 75, 99)):
        yield _report(benign, guideline_profile=profile, age_years=age, exam_type="screening")
    for profile, interval, age in product(profiles, ("P1Y", "P2Y", "P3Y"), (42, 52, 60)):
        yield _report(
            benign, guideline_profile=profile, recommended_interval=interval, exam_type="screening",
            age_years=age,
        )  # fmt: skip
    for advice in VALUES["recommendation"]:
        yield _report(benign, recommended_interval="P3Y", recommendation=[advice], clinical_finding=True)
    patients: tuple[Inputs, ...] = (
        {"sex": "male"}, {"sex": "unknown"}, {"age_years": None}, {"bct_side": "left"},
        {"risk_level": "high"},
        {"personal_history_breast_cancer": True}, {"known_cancer_side": "both"}, {"implant_side": "left"},
        {"pregnancy_status": "pregnant"}, {"pregnancy_status": "lactating"}, {"deceased": True},
        {"mastectomy_side": "left"}, {"mastectomy_side": "right"}, {"self_referred": True},
    )  # fmt: skip
    for one, other in product(patients, patients):
        yield _report(benign, **{**one, **other})
    for state, category in product(patients, ("3", "4B")):
        yield _report({"laterality": "missing"}, assessment_overall=category, **state)


def pathology() -> Iterator[Inputs]:
    """Every result with every companion, for every kind of patient, and the two policies."""
    for result, concordance, specimen in product(
        VALUES["biopsy_result"], (None, "concordant", "discordant"), (None, "yes", "no")
    ):
        finding = {
            "biopsy_result": result, "rad_path_concordance": concordance,
            "calcifications_in_specimen": specimen,
        }  # fmt: skip
        yield _report(finding, assessment_overall="4B", exam_type="biopsy_correlation")
        if specimen is None:
            yield _report(finding, switches={"high_risk_lesion_policy": "european"})
            yield _report({**finding, "imaging_category_at_biopsy": "5"})
            yield _report(finding, {"finding_id": "F2", "morphology": ["skin"]})
    fine = {"biopsy_result": "benign", "rad_path_concordance": "concordant"}
    patients: tuple[Inputs, ...] = (
        {}, {"sex": "male"}, {"known_cancer_side": "left"}, {"bct_side": "left"},
        {"personal_history_breast_cancer": True},
    )  # fmt: skip
    for patient, interval, category in product(patients, ("P6M", "P12M"), ("2", "4A", None)):
        yield _report(
            fine, exam_type="biopsy_correlation", assessment_overall=category,
            post_benign_biopsy_interval=interval, **patient,
        )  # fmt: skip


def timers() -> Iterator[Inputs]:
    """Every status with every category and the earlier version, the artery note, the data quality rules."""
    for status, category, earlier in product(
        VALUES["report_status"], ("0P", "2", "3", "4A", "5", "6"), (None, "2", "5")
    ):
        yield _report({}, report_status=status, assessment_overall=category, previous_assessment=earlier)
    for policy, grade, age in product(("off", "note", "csbi_2023"), (None, 0, 1, 2, 3), (54, 55, None)):
        yield _report({"morphology": ["vascular"]}, bac_policy=policy, bac_grade=grade, age_years=age)
    for target in ("P60D", "P45D", "P30D"):
        for category in ("0", "0A", "0P", "4", "4A", "4B", "4C", "5"):
            yield _report({}, assessment_overall=category, switches={"resolution_target": target})
    for category, side in product((*ASSESSMENTS, None), ("missing", "bilateral", "right")):
        yield _report({"laterality": side}, assessment_overall=category, recommendation_side="left")
        yield _report({"laterality": side}, assessment_overall=category, assessment_conflict=True)
    for prior, category, done in product(("3", "4", "5"), ("1", "2", "3", "4"), (True, False, None)):
        yield _report(
            {"change": "new", "prior_report_describes": "yes"}, exam_type="screening", prior_assessment=prior,
            assessment_overall=category, prior_biopsy_done=done, prior_surveillance_complete=done,
            comparison_status="no_prior_exists",
        )  # fmt: skip


GROUPS: tuple[Callable[[], Iterator[Inputs]], ...] = (
    terms, suspicious, conditional, benign, verdicts, recommendations, surveillance, routine, pathology,
    timers,
)  # fmt: skip
