"""Calcifications coded as a Condition (shape J): a finding only where it belongs to this report."""

from __future__ import annotations

from collections.abc import Iterator

from cards.problem import Problem
from cards.reading.codings import NOTHING, Coded, coded
from cards.reading.laterality import site_of
from cards.reading.observed import Answer, Observed
from cards.reading.resources import Json, Resources, references_of
from cards.reading.walk import Reached
from cards.terminology import Terminology


def conditions_of_report(
    report: Json, reached: Reached, index: Resources, terminology: Terminology, problems: list[Problem]
) -> list[Observed]:
    """Conditions with a calcification code that the report holds, lists or is the evidence of.

    Others are part of the patient's history: they give a problem, never a finding. Refuted ones and
    those entered in error say nothing.
    """
    found: list[Observed] = []
    if "contained" not in report and not index.of_type("Condition"):
        return found
    for condition, holder in _candidates(report, index):
        code = coded(terminology, condition.get("code"))
        if not code.calcified:
            continue
        status = coded(terminology, condition.get("verificationStatus")).of("presence")
        if "absent" in status or "ignore" in status:
            continue
        reference = index.reference_of(condition)
        if holder is report or reached.holds(condition) or _has_evidence(condition, report, reached, index):
            found.append(_observed(condition, reference, holder, code, index, terminology, problems))
        else:
            text = "A Condition codes calcifications, but nothing links it to this report: it is no finding."
            problems.append(Problem(reference, "condition-not-linked", text))
    return found


def _candidates(report: Json, index: Resources) -> Iterator[tuple[Json, Json]]:
    for contained in references_of(report.get("contained")):
        if isinstance(contained, dict) and contained.get("resourceType") == "Condition":
            yield contained, report
    for condition in index.of_type("Condition"):
        yield condition, condition


def _has_evidence(condition: Json, report: Json, reached: Reached, index: Resources) -> bool:
    """R4 ``evidence.detail`` or R5 ``evidence`` leads to the report or to one of its Observations."""
    for evidence in references_of(condition.get("evidence")):
        if not isinstance(evidence, dict):
            continue
        for reference in (evidence, *references_of(evidence.get("detail"))):
            target = index.resolve(reference, condition)
            if target is not None and (target is report or reached.holds(target)):
                return True
    return False


def _observed(
    condition: Json,
    reference: str,
    holder: Json,
    code: Coded,
    index: Resources,
    terminology: Terminology,
    problems: list[Problem],
) -> Observed:
    site = site_of(condition, reference, holder, [code], index, terminology, problems)
    answer = Answer(NOTHING, code, {"valueCodeableConcept": condition.get("code")}, "code")
    observed = Observed(condition, reference, holder, code, [answer])
    observed.own_side = observed.side = site.side
    observed.places = site.places
    return observed
