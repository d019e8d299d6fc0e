"""BI-RADS assessments: of the report, of each breast and of each finding, kept apart.

A category belongs to what it is coded on: a finding, a breast (by the side of the Observation
or its group), or the report (``conclusionCode``, or an Observation without one side). Only
where no report and no breast has a category does the worst of the findings stand for a breast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from typing import Final

from cards.facts import Finding
from cards.problem import Problem
from cards.reading.category import (
    Category,
    agreed,
    driving_rank,
    higher,
    read_category,
    settle_zero,
)
from cards.reading.codings import coded
from cards.reading.observed import Observed
from cards.reading.resources import Json
from cards.reading.topics import Said, Topics, about, note_unmapped
from cards.terminology import Terminology
from cards.value_class import value_class

_TOPICS: Final[tuple[str, ...]] = ("assessment", "q_assessment", "q_birads_set", "q_overall_assessment")


@value_class
class Assessments:
    """Categories by scope: ``findings`` by finding id, ``others`` (side, category) of other findings."""

    overall: str | None = None
    left: str | None = None
    right: str | None = None
    conflict: bool = False
    findings: dict[str, str] = field(default_factory=dict)
    others: tuple[tuple[str | None, str], ...] = ()


def _scope(observed: Observed) -> str:
    """``overall``, ``left``, ``right``, ``finding F1`` or ``other finding``."""
    if observed.finding_id is not None:
        return f"finding {observed.finding_id}"
    node: Observed | None = observed
    while node is not None and node.role != "group":
        if node.role == "other_finding":
            return "other finding"
        node = node.parent
    return observed.side if observed.side in ("left", "right") else "overall"


def _conclusions(report: Json) -> list[object]:
    values = report.get("conclusionCode")
    return values if isinstance(values, list) else [values]


def _ask_code_problem(said: Said, problems: list[Problem]) -> None:
    """A question code that nobody could verify (such as LOINC 72018-2) is accepted, and named."""
    asks = said.answer.asks.concepts
    if asks and not (asks[0].verified or any(concept.verified for concept in asks)):
        text = "The question code is not verified or not valid in its code system; its answer was read."
        problems.append(Problem(f"{said.location}.code", "unverified-question", text))


class _Scopes:
    """The categories of a report by scope while they are collected.

    ``recommendation`` settles which kind of incomplete a category 0 is.
    """

    __slots__ = ("categories", "conflict", "problems", "recommendation")

    def __init__(self, recommendation: tuple[str, ...] | None, problems: list[Problem]) -> None:
        self.recommendation, self.problems = recommendation, problems
        self.categories: dict[str, str | None] = {}
        self.conflict = False

    def take(self, scope: str, found: Category, place: str) -> None:
        """Join one more category with those of the same scope; ``place`` is where it stands."""
        self.conflict = self.conflict or found.conflict
        if found.value is None:
            return
        merged = agreed(self.categories.get(scope), settle_zero(found.value, self.recommendation))
        self.categories[scope] = merged.value
        if merged.conflict:
            self.conflict = True
            text = "Two BI-RADS categories are coded for the same thing; the higher one counts."
            self.problems.append(Problem(place, "assessment-conflict", text))


def read_assessments(
    report: Json,
    location: str,
    topics: Topics,
    recommendation: tuple[str, ...] | None,
    terminology: Terminology,
    problems: list[Problem],
) -> Assessments:
    """Every coded category of the report, by scope (decision model 2.4).

    ``recommendation`` settles which kind of incomplete a category 0 is. Two different
    categories in one scope are a conflict; the higher one stands.
    """
    scopes = _Scopes(recommendation, problems)
    others: list[tuple[str | None, str]] = []
    for position, value in enumerate(_conclusions(report)):
        if isinstance(value, dict):
            place = f"{location}.conclusionCode[{position}]"
            found = read_category(value, coded(terminology, value), terminology, place, problems)
            scopes.take("overall", found, place)
    for said in about(topics, _TOPICS):
        found = read_category(said.value, said.answer.value, terminology, said.location, problems)
        if found.value is not None or found.conflict:
            _ask_code_problem(said, problems)
        if said.answer.value.unknown:
            note_unmapped(said, terminology, problems)
        scope = _scope(said.observed)
        if scope != "other finding":
            scopes.take(scope, found, said.location)
        elif found.value is not None:
            scopes.conflict = scopes.conflict or found.conflict
            others.append((said.observed.side, settle_zero(found.value, recommendation) or found.value))
    return Assessments(
        scopes.categories.get("overall"),
        scopes.categories.get("left"),
        scopes.categories.get("right"),
        scopes.conflict,
        {
            scope.removeprefix("finding "): category
            for scope, category in scopes.categories.items()
            if scope.startswith("finding ") and category is not None
        },
        tuple(others),
    )


def _worst_by_side(assessments: Assessments, findings: Iterable[Finding]) -> dict[str, str]:
    """The worst finding's own category for left, right and, without a side, the report."""
    if not assessments.findings and not assessments.others:
        return {}
    stated = [(finding.laterality, assessments.findings.get(finding.finding_id)) for finding in findings]
    stated += [(side or "missing", category) for side, category in assessments.others]
    worst: dict[str, str] = {}
    for side, category in stated:
        if category is None or category == "MP":
            continue
        for scope in {"bilateral": ("left", "right"), "missing": ("overall",)}.get(side, (side,)):
            worst[scope] = higher(worst.get(scope), category) or category
    return worst


def with_levels(
    assessments: Assessments, findings: Iterable[Finding], location: str, problems: list[Problem]
) -> Assessments:
    """The same, with a category for each breast where only findings carry one.

    Where a finding's own category drives more than every category of the report and its breast has
    none, the breast takes it too: a report must never look calmer than one of its findings. A problem
    says so.
    """
    worst = _worst_by_side(assessments, findings)
    if not worst:
        return assessments
    stated = max(
        driving_rank(assessments.overall), driving_rank(assessments.left), driving_rank(assessments.right)
    )
    raised: dict[str, str] = {}
    for scope, category in worst.items():
        own = getattr(assessments, scope)
        if own is None and driving_rank(category) > stated:
            raised[scope] = category
        elif own is None or driving_rank(category) <= driving_rank(own):
            continue
        elif scope != "overall":
            text = f"A finding of the {scope} breast carries a higher category than the breast."
            problems.append(Problem(location, "finding-above-breast", text))
    if not raised:
        return assessments
    text = "No category is coded for a breast; the worst of its findings stands for it."
    problems.append(Problem(location, "breast-category-from-findings", text))
    return replace(
        assessments,
        overall=raised.get("overall", assessments.overall),
        left=raised.get("left", assessments.left),
        right=raised.get("right", assessments.right),
    )


def category_above_findings(assessments: Assessments, findings: Sequence[Finding]) -> bool:
    """Whether something other than a coded calcification drives a category (``other_suspicious_finding``).

    True when the category of the report or of a breast is above the own category of every
    calcification there; a calcification without a category of its own leaves it open: False.
    """
    return (
        _is_above(assessments.overall, None, findings, assessments)
        or _is_above(assessments.left, "left", findings, assessments)
        or _is_above(assessments.right, "right", findings, assessments)
    )


def _is_above(
    category: str | None, side: str | None, findings: Sequence[Finding], assessments: Assessments
) -> bool:
    """The same for one category; ``side`` is the breast it is about, None for the report."""
    if category is None or category == "MP":
        return False
    if side is not None:
        findings = [one for one in findings if one.laterality in (side, "bilateral", "missing")]
    highest = -1
    for finding in findings:
        own = assessments.findings.get(finding.finding_id)
        if own is None or (category == "4" and own.startswith("4")):
            # A plain 4 leaves open which of 4A to 4C it is.
            return False
        highest = max(highest, driving_rank(own))
    return bool(findings) and driving_rank(category) > highest
