"""The calcification findings of a report: from Observations, conclusion codes and Conditions."""

from __future__ import annotations

from typing import Final

from cards.facts import Finding
from cards.problem import Problem
from cards.reading.codings import coded
from cards.reading.conditions import conditions_of_report
from cards.reading.descriptors import Described, describe
from cards.reading.gathering import gather, name_parts
from cards.reading.observed import Observed
from cards.reading.questions import study_sides
from cards.reading.resources import Json, Resources, references_of
from cards.reading.roles import assign_roles
from cards.reading.unreadable import unreadable
from cards.reading.walk import reach
from cards.terminology import Terminology
from cards.value_class import value_class


@value_class
class Findings:
    """The findings F1, F2 .. of a report, before their own categories are joined.

    ``sources`` and ``places`` hold, per finding, the references it rests on and its coded places.
    ``observations`` are all Observations of the report with roles and sides settled.
    ``other_suspicious`` says that a finding which is no calcification is coded; ``words`` are
    report-level facts that site codes name (comparison_status, clinical_finding, bac_grade);
    ``earlier_exam`` says that one is coded in the report.
    """

    described: tuple[Described, ...]
    sources: dict[str, tuple[str, ...]]
    places: dict[str, tuple[str, ...]]
    observations: list[Observed]
    other_suspicious: bool
    words: dict[str, str]
    earlier_exam: bool
    incomplete: bool
    wrong: bool

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings themselves."""
        return tuple(described.finding() for described in self.described)


_EARLIER_EXAM: Final = frozenset(("q_previously_demonstrated_by", "prior_exam_reference"))
_WORDS: Final = frozenset(("comparison_status", "clinical_finding", "bac_grade"))


def read_findings(
    report: Json, index: Resources, terminology: Terminology, problems: list[Problem]
) -> Findings:
    """Every calcification finding of the report (terminology README section 6, shapes A to J).

    ``finding_id`` runs in the order of ``DiagnosticReport.result``, then of discovery. Raises
    UnsupportedFhirVersion for DSTU2 and STU3.
    """
    reached = reach(report, index, terminology, problems)
    observations = reached.observations
    observations.extend(conditions_of_report(report, reached, index, terminology, problems))
    incomplete = assign_roles(observations, problems) or reached.incomplete
    found: list[Described] = []
    sources: dict[str, tuple[str, ...]] = {}
    places: dict[str, tuple[str, ...]] = {}
    other = False
    study_side: str | None = None
    for gathered in gather(observations, problems):
        if gathered.side is None:
            study_side = study_side or _side_of_study(report, terminology)
            gathered.side = study_side
        finding_id = f"F{len(found) + 1}"
        described = describe(gathered, finding_id, terminology, problems)
        if described is None:
            continue
        name_parts(gathered, finding_id)
        found.append(described)
        sources[finding_id] = described.references
        places[finding_id] = described.places
        other = other or described.other_suspicious
    wrong = _add_conclusions(report, found, sources, index, terminology, problems) or reached.wrong
    if any(one.laterality == "missing" for one in found):
        incomplete = incomplete or any(one.code == "dangling-body-structure" for one in problems)
    other = other or any(
        _is_suspicious(observed, terminology)
        for observed in observations
        if observed.role in ("attribute", "other_finding") or observed.code_role == "other_finding"
    )
    return Findings(
        tuple(found),
        sources,
        places,
        observations,
        other,
        _words(observations, terminology),
        _names_earlier_exam(observations),
        incomplete,
        wrong,
    )


def _side_of_study(report: Json, terminology: Terminology) -> str | None:
    """left or right when the study itself was made of one breast."""
    code = report.get("code")
    codings = code.get("coding") if isinstance(code, dict) else None
    for coding in references_of(codings):
        if isinstance(coding, dict):
            system, own = coding.get("system"), coding.get("code")
            if isinstance(system, str) and isinstance(own, str):
                side = study_sides().get((terminology.canonical_system(system), own))
                if side is not None:
                    return side
    return None


def _add_conclusions(
    report: Json,
    found: list[Described],
    sources: dict[str, tuple[str, ...]],
    index: Resources,
    terminology: Terminology,
    problems: list[Problem],
) -> bool:
    """Findings that only ``conclusionCode`` names (shape H); True when it could not be read."""
    values = report.get("conclusionCode")
    if values is None:
        return False
    reference = index.reference_of(report)
    if not isinstance(values, list):
        unreadable(report, reference, problems)
        return True
    for value in values:
        said = coded(terminology, value)
        if not said.calcified:
            continue
        named = {terminology.value("morphology", name) or "unspecified" for name in said.of("morphology")}
        named.discard("unspecified")
        covered = {name for one in found for name in one.morphology}
        if found and named <= covered:
            continue
        finding_id = f"F{len(found) + 1}"
        found.append(Described(finding_id, "missing", tuple(sorted(named)), "not_stated"))
        sources[finding_id] = (reference,)
    return False


_BENIGN_CATEGORIES: Final = frozenset(("birads_1", "birads_2"))


def _is_suspicious(observed: Observed, terminology: Terminology) -> bool:
    """A coded finding that is no calcification, unless it is benign by nature or by its own category."""
    role = observed.role
    if role == "attribute" and observed.code_role == "feature" and observed.finding_id is None:
        return not observed.negated and any(
            terminology.value("associated_features", name) is not None
            for answer in observed.answers
            if not answer.denied
            for name in answer.value.of("associated_features")
        )
    if observed.negated or not (role == "other_finding" or observed.code_role == "other_finding"):
        return False
    categories = {
        name
        for own in (observed, *(member for member in observed.members if member.role == "question"))
        for answer in own.answers
        for name in answer.value.of("assessment")
    }
    if categories:
        return not categories <= _BENIGN_CATEGORIES
    if observed.code_role == "benign_finding":
        return False
    named = list(observed.code.of("associated_features"))
    named += [name for answer in observed.answers for name in answer.value.of("associated_features")]
    if observed.code_role == "other_finding" or not named:
        return True
    return any(terminology.value("associated_features", name) is not None for name in named)


def _words(observations: list[Observed], terminology: Terminology) -> dict[str, str]:
    words: dict[str, str] = {}
    if _WORDS.isdisjoint(terminology.domains):
        return words
    for observed in observations:
        if observed.negated:
            continue
        for answer in observed.answers:
            if not answer.denied:
                for concept in answer.value.concepts:
                    if concept.domain in _WORDS:
                        words[concept.domain] = concept.value or ""
    return words


def _names_earlier_exam(observations: list[Observed]) -> bool:
    """Whether an answer refers to an earlier exam on which the finding was seen."""
    return any(
        concept.concept in _EARLIER_EXAM
        for observed in observations
        if not observed.negated
        for answer in observed.answers
        if answer.role == "aside" and not answer.denied
        for concept in (*answer.asks.concepts, *answer.value.concepts)
    )
