"""Breast density, BI-RADS a to d."""

from __future__ import annotations

from typing import Final

from cards.problem import Problem
from cards.reading.codings import coded
from cards.reading.resources import Json
from cards.reading.topics import Topics, about, note_unmapped
from cards.terminology import Terminology

_TOPICS: Final[tuple[str, ...]] = ("density", "q_density")


def breast_density(
    report: Json, location: str, topics: Topics, terminology: Terminology, problems: list[Problem]
) -> str | None:
    """a, b, c or d from Observations and components, else from ``conclusionCode``; None when not coded.

    When several categories are coded, as for breasts that differ, the densest counts and a
    problem says so; "dense" without a category gives None and a problem.
    """
    found: list[tuple[str, str]] = []
    for said in about(topics, _TOPICS):
        for concept in said.answer.value.of("density"):
            found.append((concept, said.location))
        note_unmapped(said, terminology, problems)
    values = report.get("conclusionCode")
    if not found and isinstance(values, list):
        for position, value in enumerate(values):
            for concept in coded(terminology, value).of("density"):
                found.append((concept, f"{location}.conclusionCode[{position}]"))
    categories: dict[str, str] = {}
    for concept, place in found:
        category = terminology.value("density", concept)
        if category is not None:
            categories.setdefault(category, place)
        else:
            text = "Dense breasts are coded without the density category."
            problems.append(Problem(place, "density-without-category", text))
    if len(categories) > 1:
        text = "More than one density category is coded; the densest counts."
        problems.append(Problem(categories[max(categories)], "several-densities", text))
    return max(categories) if categories else None
