"""What Conditions, Procedures and Observations say about earlier breast disease and surgery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from cards.problem import Problem
from cards.reading.codings import coded, codings_of
from cards.reading.data_file import data_rows
from cards.reading.laterality import site_of
from cards.reading.resources import Json, Resources
from cards.reading.topics import Said, Topics
from cards.terminology import Concept, Terminology

_ICD_10_CM: Final = "http://hl7.org/fhir/sid/icd-10-cm"
_ICD_10_PCS: Final = "http://www.cms.gov/Medicare/Coding/ICD10"
_CONDITION_SYSTEM: Final = "http://terminology.hl7.org/CodeSystem/condition-"
_PAST: Final = frozenset(("inactive", "remission", "resolved"))
_VOID: Final = frozenset(("refuted", "entered-in-error"))
_UNPROVEN: Final = frozenset(("unconfirmed", "provisional", "differential"))
# Sixth character of C50.-, last of D05.-: 1 right, 2 left, 3 both (ICD-10-CM tabular list).
_ICD_SIDE: Final = {"1": "right", "2": "left", "3": "both"}
# Fourth character of ICD-10-PCS 0H.. (skin and breast): T right, U left, V both.
_PCS_SIDE: Final = {"T": "right", "U": "left", "V": "both"}


class CancerHistory:
    """The members of Facts that the patient's record fills; sides are none, left, right or both."""

    __slots__ = (
        "bct_side",
        "implant_side",
        "known_cancer_side",
        "mastectomy_side",
        "personal_history_breast_cancer",
        "risk_level",
    )

    def __init__(self) -> None:
        self.known_cancer_side = self.bct_side = self.mastectomy_side = self.implant_side = "none"
        self.personal_history_breast_cancer = False
        self.risk_level = "average"


@cache
def _meanings() -> Mapping[tuple[str, str], str]:
    rows = data_rows("history_codes.csv", ("domain", "concept", "means"), key=2)
    return {(row["domain"], row["concept"]): row["means"] for row in rows}


def _icd_concepts(terminology: Terminology, code: str) -> tuple[Concept, ...]:
    """What an ICD-10-CM code means by its header: C50.412 is a C50.4 (female or male, with a side)."""
    for end in range(len(code), 2, -1):
        found = terminology.lookup(_ICD_10_CM, code[:end].rstrip("."))
        if found:
            return found if end == len(code) or code.startswith("C50") else ()
    return ()


def _means(value: object, terminology: Terminology) -> tuple[set[str], str | None]:
    """What a code says of the history, and the side that the code itself carries."""
    means: set[str] = set()
    sides: set[str] = set()
    for coding in codings_of(value):
        system, code = coding.get("system"), coding.get("code")
        if not (isinstance(system, str) and isinstance(code, str)):
            continue
        system = terminology.canonical_system(system)
        found = _icd_concepts(terminology, code) if system == _ICD_10_CM else terminology.lookup(system, code)
        own = {
            meaning for concept in found if (meaning := _meanings().get((concept.domain, concept.concept)))
        }
        if own:
            means |= own
            side = _side_in_code(system, code)
            if side is not None:
                sides.add(side)
    return means, sides.pop() if len(sides) == 1 else None


def _side_in_code(system: str, code: str) -> str | None:
    if system == _ICD_10_PCS:
        return _PCS_SIDE.get(code[3:4])
    if system != _ICD_10_CM or not code.startswith(("C50", "D05", "Z90.1")):
        return None
    digits = code.replace(".", "")
    return _ICD_SIDE.get(digits[-1]) if len(digits) >= 5 else None


def _status(value: object, kind: str) -> str | None:
    """The code of a Condition's clinicalStatus or verificationStatus."""
    for coding in codings_of(value):
        system, code = coding.get("system"), coding.get("code")
        if isinstance(code, str) and (
            system is None or system == f"{_CONDITION_SYSTEM}{kind}" or len(code) > 5
        ):
            return code
    return None


def _side(
    resource: Json, means: str | None, index: Resources, terminology: Terminology, problems: list[Problem]
) -> str | None:
    """bodySite before the side in the code; ``both`` for bilateral, None when not said."""
    code = coded(terminology, resource.get("code"))
    stated = site_of(resource, index.reference_of(resource), resource, [code], index, terminology, problems)
    if stated.side in ("left", "right"):
        return stated.side
    return "both" if stated.side == "bilateral" else means


def _joined(side: str, other: str) -> str:
    if side in ("none", other):
        return other
    return side if other == "none" else "both"


def _apply(
    history: CancerHistory,
    means: set[str],
    side: str | None,
    location: str,
    past: bool,
    problems: list[Problem],
) -> None:
    """Add what one entry of the record says."""
    if side is None and means & {"cancer", "conservation", "history_and_conservation"} and not past:
        text = "A breast cancer or its breast-conserving surgery has no side; both sides are assumed."
        problems.append(Problem(location, "side-missing", text))
    for meaning in means:
        if meaning == "cancer" and not past:
            history.known_cancer_side = _joined(history.known_cancer_side, side or "both")
        elif meaning in ("cancer", "history"):
            history.personal_history_breast_cancer = True
        elif meaning == "history_and_conservation":
            history.personal_history_breast_cancer = True
            history.bct_side = _joined(history.bct_side, side or "both")
        elif meaning == "conservation":
            history.bct_side = _joined(history.bct_side, side or "both")
        elif meaning == "implant" and not past:
            history.implant_side = _joined(history.implant_side, side or "both")
        elif meaning == "mastectomy":
            _add_mastectomy(history, side, location, problems)
        elif meaning == "high_risk":
            history.risk_level = "high"


def _add_mastectomy(history: CancerHistory, side: str | None, location: str, problems: list[Problem]) -> None:
    if side is None:
        # Assuming both sides would withhold every order for a breast that is there.
        text = "A mastectomy is recorded without a side; it is not used."
        problems.append(Problem(location, "side-missing", text))
    else:
        history.mastectomy_side = _joined(history.mastectomy_side, side)


def _read_condition(
    condition: Json,
    history: CancerHistory,
    index: Resources,
    terminology: Terminology,
    problems: list[Problem],
) -> None:
    means, code_side = _means(condition.get("code"), terminology)
    if not means:
        return
    location = index.reference_of(condition)
    verification = _status(condition.get("verificationStatus"), "ver-status")
    if verification in _VOID:
        return
    if verification in _UNPROVEN and "cancer" in means:
        text = "A breast cancer is recorded that is not confirmed; it is not used."
        problems.append(Problem(f"{location}.verificationStatus", "unconfirmed-condition", text))
        return
    past = _status(condition.get("clinicalStatus"), "clinical") in _PAST or "abatementDateTime" in condition
    _apply(
        history, means, _side(condition, code_side, index, terminology, problems), location, past, problems
    )


def _read_procedure(
    procedure: Json,
    history: CancerHistory,
    index: Resources,
    terminology: Terminology,
    problems: list[Problem],
) -> None:
    if procedure.get("status") != "completed":
        return
    means, code_side = _means(procedure.get("code"), terminology)
    if means:
        side = _side(procedure, code_side, index, terminology, problems)
        _apply(history, means, side, index.reference_of(procedure), False, problems)


def _is_present(said: Said, terminology: Terminology) -> bool:
    """Whether an answer says present, and does not say absent as well."""
    boolean = said.answer.element.get("valueBoolean")
    if isinstance(boolean, bool):
        return boolean
    values = {terminology.value("presence", concept) for concept in said.answer.value.of("presence")}
    return "present" in values and "absent" not in values


_TOPICS: Final = frozenset(("diagnoses", "procedures", "q_implant", "q_prior_mastectomy"))


def _observed(topics: Topics, terminology: Terminology) -> list[tuple[set[str], str | None, str]]:
    """What Observations of this report say: (meanings, side, location)."""
    found: list[tuple[set[str], str | None, str]] = []
    if _TOPICS.isdisjoint(topics):
        return found
    for question, meaning in (("q_implant", "implant"), ("q_prior_mastectomy", "mastectomy")):
        for said in topics.get(question, ()):
            if _is_present(said, terminology):
                found.append(({meaning}, _observed_side(said), said.location))
    for domain in ("diagnoses", "procedures"):
        for said in topics.get(domain, ()):
            names: Iterable[Concept] = said.answer.value.concepts
            means = {
                own for concept in names if (own := _meanings().get((concept.domain, concept.concept)))
            } & {"history", "history_and_conservation", "implant", "mastectomy", "high_risk"}
            if means:
                found.append((means, _observed_side(said), said.location))
    return found


def _observed_side(said: Said) -> str | None:
    side = said.observed.side
    if side == "bilateral":
        return "both"
    return side if side in ("left", "right") else None


def read_cancer_history(
    index: Resources, topics: Topics, terminology: Terminology, problems: list[Problem]
) -> CancerHistory:
    """Cancer, surgery, implants and risk from the record.

    Confirmed and active cancer gives ``known_cancer_side``; inactive, in remission or resolved, or a
    "history of" code, ``personal_history_breast_cancer``. Refuted and entered-in-error entries do
    not count, nor do Procedures that were not completed.
    """
    history = CancerHistory()
    for condition in index.of_type("Condition"):
        _read_condition(condition, history, index, terminology, problems)
    for procedure in index.of_type("Procedure"):
        _read_procedure(procedure, history, index, terminology, problems)
    for means, side, location in _observed(topics, terminology):
        _apply(history, means, side, location, False, problems)
    return history
