"""What a question code asks for, and which side a study code names: two small tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Final

from cards.terminology import BrokenTable, Concept
from cards.terminology.rows import records

ROLES: Final = frozenset(
    (
        "finding",  # a calcification finding
        "any_finding",  # a finding whose kind is the value
        "other_finding",  # a finding that is no calcification
        "benign_finding",  # the same, benign by its nature
        "group",  # a breast, a modality or an impression that holds findings
        "exam",  # the examination itself
        "morphology",
        "distribution",
        "change",
        "feature",
        "presence",
        "detail",  # place, size, count or side of a finding
        "aside",  # differential, comparison, pathology: never a descriptor
        "question",  # assessment, density, recommendation
    )
)
# Attributes of a calcification finding when they arrive as Observations of their own.
ATTRIBUTES: Final = frozenset(("morphology", "distribution", "change", "feature", "presence", "detail"))

# Domains of values, and questions whose answers matter whatever they hold (dates, quantities, text).
TOPICAL_DOMAINS: Final = frozenset(
    ("assessment", "density", "recommendation", "diagnoses", "procedures", "rad_path_concordance")
)
TOPICAL_QUESTIONS: Final = frozenset(
    (
        "q_assessment",
        "q_birads_set",
        "q_overall_assessment",
        "q_density",
        "q_recommendation",
        "q_recommendation_text",
        "q_recommendation_interval",
        "q_recommended_followup",
        "q_recommended_followup_interval",
        "q_recommended_followup_date",
        "q_pathology",
        "q_pathology_results",
        "pathology_final_diagnosis",
        "pathology_report",
        "q_implant",
        "q_prior_mastectomy",
    )
)


def _table(name: str, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    text = resources.files("cards.reading").joinpath(name).read_text(encoding="utf-8")
    return list(records(text, name, columns))


@cache
def question_roles() -> Mapping[str, str]:
    """Concept of observation_codes -> role, from question_roles.csv; a bad row raises BrokenTable."""
    roles: dict[str, str] = {}
    for line, cells in _table("question_roles.csv", ("concept", "role")):
        if cells["role"] not in ROLES or cells["concept"] in roles:
            raise BrokenTable(
                "question_roles.csv", line, f"{cells['concept']}: unknown role or repeated concept"
            )
        roles[cells["concept"]] = cells["role"]
    return roles


def role_of(concepts: Iterable[Concept]) -> str | None:
    """The role of a question code; None when none of its concepts is a known question.

    A code that names a study or a procedure is the exam itself, one of pathology is an aside.
    """
    roles = question_roles()
    exam: str | None = None
    for concept in concepts:
        if concept.domain == "observation_codes":
            role = roles.get(concept.concept)
            if role is not None:
                return role
        elif concept.domain in ("report_types", "procedures"):
            exam = "aside" if concept.concept.startswith(("pathology_", "cytology_")) else "exam"
    return exam


@cache
def study_sides() -> Mapping[tuple[str, str], str]:
    """(system, code) of a study of one breast -> left or right, from study_sides.csv."""
    sides: dict[tuple[str, str], str] = {}
    for line, cells in _table("study_sides.csv", ("system", "code", "side")):
        key = (cells["system"], cells["code"])
        if cells["side"] not in ("left", "right") or key in sides:
            raise BrokenTable("study_sides.csv", line, f"{cells['code']}: unknown side or repeated code")
        sides[key] = cells["side"]
    return sides
