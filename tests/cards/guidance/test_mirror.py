"""The model treats both breasts alike."""

from __future__ import annotations

import re
from dataclasses import replace

from cards.facts import Facts
from cards.guidance import assess
from tests.outcomes import TODAY, outcome, situations

MIRRORED = {"left": "right", "right": "left"}
SIDES = ("known_cancer_side", "bct_side", "implant_side", "mastectomy_side", "recommendation_side")


def mirrored(facts: Facts) -> Facts:
    """The same report of somebody whose breasts are exchanged."""
    findings = [
        replace(one, laterality=MIRRORED.get(one.laterality, one.laterality)) for one in facts.findings
    ]
    sides = {name: MIRRORED.get(getattr(facts, name), getattr(facts, name)) for name in SIDES}
    return replace(
        facts,
        assessment_left=facts.assessment_right,
        assessment_right=facts.assessment_left,
        findings=tuple(findings),
        **sides,
    )


def in_any_order(cells: tuple[str, ...]) -> list[list[str]]:
    """The parts of an outcome; which breast comes first does not matter."""
    return [sorted(re.split("; | ", cell)) for cell in cells]


def exchanged(cells: tuple[str, ...]) -> list[list[str]]:
    """An outcome with the words left and right exchanged."""
    return in_any_order(
        tuple([re.sub(r"\b(left|right)\b", lambda word: MIRRORED[word[0]], cell) for cell in cells])
    )


def test_exchanged_breasts_get_exchanged_guidance():
    """Whatever is said of the left breast would be said of the right one in its place, and no more."""
    differing = [
        text
        for text, facts, policy in situations()
        if in_any_order(outcome(assess(mirrored(facts), policy, TODAY)))
        != exchanged(outcome(assess(facts, policy, TODAY)))
    ]
    assert differing == []
