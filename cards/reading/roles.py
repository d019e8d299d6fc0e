"""Which Observations are calcification findings, which belong to one, and which are something else."""

from __future__ import annotations

from typing import Final

from cards.problem import Problem
from cards.reading.codings import is_calcification
from cards.reading.observed import Answer, Observed
from cards.reading.questions import ATTRIBUTES

_NO_DESCRIPTOR: Final = frozenset(
    ("calcification_unspecified", "microcalcification_unspecified", "macrocalcification_unspecified")
)
_OTHER: Final = frozenset(("other_finding", "benign_finding"))


def speaks(answer: Answer) -> bool:
    """Whether an answer shows that there is a calcification finding, mapped or not."""
    if answer.denied or answer.role == "aside":
        return False
    return answer.value.calcified or (
        answer.role in ("morphology", "distribution") and bool(answer.value.unknown)
    )


def _denied(observed: Observed) -> bool:
    """Whether the Observation says that its finding is not there."""
    for answer in observed.answers:
        if answer.denied and (answer.path == "" or answer.role in ("presence", "interpretation")):
            return True
    return False


def _code_says_calcification(observed: Observed) -> bool:
    return observed.code_role == "finding" or observed.code.calcified


def _only_distribution(observed: Observed) -> bool:
    """A code such as "grouped distribution": an attribute when something stands above it."""
    calcified = [concept for concept in observed.code.concepts if is_calcification(concept)]
    return bool(calcified) and all(concept.domain == "distribution" for concept in calcified)


def _is_other_finding(observed: Observed) -> bool:
    if observed.code_role in _OTHER:
        return True
    if "associated_features" in observed.code.domains:
        return True
    return observed.code_role == "any_finding" and any(
        "associated_features" in answer.value.domains
        for answer in observed.answers
        if not answer.denied and answer.role in (None, "any_finding", "feature")
    )


def _role(observed: Observed) -> str:
    code_role = observed.code_role
    if _code_says_calcification(observed):
        parent = observed.parent
        if parent is not None and parent.code_role != "group" and _only_distribution(observed):
            return "attribute"
        return "finding"
    if code_role in ATTRIBUTES:
        return "attribute"
    if code_role == "aside":
        return "nothing"
    if code_role not in ("group", "exam", "question") and any(speaks(answer) for answer in observed.answers):
        return "finding"
    if _is_other_finding(observed):
        return "other_finding"
    if code_role in ("group", "exam", "question"):
        return code_role
    return "nothing"


def has_descriptor(observed: Observed) -> bool:
    """Whether a finding says more of itself than that calcifications are there."""
    return any(
        (answer.value.unknown and answer.role in ("morphology", "distribution"))
        or any(is_calcification(one) and one.concept not in _NO_DESCRIPTOR for one in answer.value.concepts)
        for answer in observed.answers
        if not answer.denied and answer.role != "aside"
    )


def assign_roles(observations: list[Observed], problems: list[Problem]) -> bool:
    """Set ``role`` and ``negated``; True when a finding was announced and not stated (incomplete).

    A finding that only announces others (its members are findings) is a group.
    """
    incomplete = False
    for observed in observations:
        if observed.negated:
            continue
        observed.role = role = _role(observed)
        if role in ("finding", "other_finding") and _denied(observed):
            observed.negated, observed.role = True, "nothing"
            if role == "finding" and observed.code_role is not None and has_descriptor(observed):
                text = "The finding is coded as absent and described at the same time; it was not read."
                problems.append(Problem(observed.reference, "absent-with-descriptors", text))
        elif role in ("finding", "nothing"):
            incomplete = _is_unstated(observed, role, problems) or incomplete
    _demote(observations)
    return incomplete


def _is_unstated(observed: Observed, role: str, problems: list[Problem]) -> bool:
    """A finding whose data are absent, or whose kind no table knows: neither a finding nor silence."""
    if role == "finding":
        if "dataAbsentReason" not in observed.resource or any(
            speaks(answer) for answer in observed.answers[1:]
        ):
            return False
        observed.negated, observed.role = True, "nothing"
        text = "The finding was asked for and its data are absent."
        problems.append(Problem(f"{observed.reference}.dataAbsentReason", "data-absent", text))
        return True
    unknown = [
        raw
        for answer in observed.answers
        if answer.role == "any_finding" and not answer.denied and not answer.value.concepts
        for raw in answer.value.unknown
    ]
    if unknown:
        text = f"The kind of finding is coded as {unknown[0]}, which no table knows."
        problems.append(Problem(observed.reference, "unmapped-code", text))
    elif observed.code.unknown and not observed.code.concepts and not observed.members:
        text = f"No table knows the code {observed.code.unknown[0]}; the Observation was not used."
        problems.append(Problem(f"{observed.reference}.code", "unknown-observation", text))
    return bool(unknown)


def _demote(observations: list[Observed]) -> None:
    """Settle findings that stand above findings: one described member is its description."""
    for observed in observations:
        if observed.role != "finding" or not observed.members or has_descriptor(observed):
            continue
        below = [member for member in observed.members if member.role == "finding" and not member.negated]
        if len(below) == 1 and below[0].side == observed.side and not below[0].members:
            below[0].role = "attribute"
        elif below:
            observed.role = "group"
