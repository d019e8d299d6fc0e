"""Breast density, BI-RADS a to d."""

from __future__ import annotations

from cards.problem import Problem
from cards.reading.codings import coded
from cards.reading.resources import Json
from cards.reading.topics import Topics, about, note_unmapped
from cards.terminology import Terminology


def breast_density(
    report: Json, location: str, topics: Topics, terminology: Terminology, problems: list[Problem]
) -> str | None:
    """a, b, c or d from Observations and components, else from ``conclusionCode``; None when not coded.

    When several categories are coded, as for breasts that differ, the densest counts and a
    problem says so; "dense" without a category gives None and a problem.
    """
    found: list[tuple[str, str]] = []
    for said in about(topics, ("density", "q_density")):
        found.extend((concept, said.location) for concept in said.answer.value.of("density"))
        note_unmapped(said, terminology, problems)
    if not found:
        values = report.get("conclusionCode")
        found = [
            (concept, f"{location}.conclusionCode[{position}]")
            for position, value in enumerate(values if isinstance(values, list) else ())
            for concept in coded(terminology, value).of("density")
        ]
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
    return max(categories, default=None)
