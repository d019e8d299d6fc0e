"""What an EHR's data lacked for this service, as a list to work through."""

from __future__ import annotations

from typing import NamedTuple

from cards.answer import Answer
from cds_service.web.understood import Phrases, Said
from cds_service.web.words import words

# What the report as a whole should state, then what each finding should.
REPORT_MEMBERS = ("exam_type", "assessment_overall", "recommendation", "breast_density", "age_years")
FINDING_MEMBERS = ("laterality", "morphology", "distribution", "change")


class Check(NamedTuple):
    """One thing to look at. ``notes`` say more where the data say more."""

    name: str
    is_fine: bool
    notes: tuple[Said, ...] = ()


def checklist(answer: Answer, notes: tuple[str, ...], language: str) -> list[Check]:
    """List what came and what did not. ``notes`` are sentences about prefetch keys that stayed empty."""
    own, say = words(language)["check"], Phrases(language)
    checks = [Check(own["prefetch"], not notes, _of_prefetch(notes, own["prefetch_lacks"], language))]
    if answer.guidance is None:
        return [*checks, Check(own["report"], False)]
    facts, open_members = answer.guidance.facts, set(answer.guidance.not_stated)
    checks.append(Check(own["report"], facts.exam_type != "not_mammography"))
    checks += [Check(say.value("not_stated", name), name not in open_members) for name in REPORT_MEMBERS]
    checks.append(Check(own["finding"], bool(facts.findings)))
    for finding in facts.findings:
        checks += [
            Check(
                f"{finding.finding_id}: {say.value('not_stated', name)}",
                f"findings[{finding.finding_id}].{name}" not in open_members,
            )
            for name in FINDING_MEMBERS
        ]
    problems = answer.guidance.problems
    checks.append(Check(own["problems"], not problems, tuple(say.problem(each) for each in problems[:5])))
    return checks


def _of_prefetch(notes: tuple[str, ...], lacks: str, language: str) -> tuple[Said, ...]:
    """The notes as they are in English; elsewhere the keys they begin with."""
    if language == "en" or not notes:
        return tuple(Said(each, "en") for each in notes)
    keys = ", ".join(each.partition(":")[0] for each in notes)
    return (Said(lacks.format(keys=keys), language),)
