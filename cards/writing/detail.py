"""The detail of the main card, paragraph by paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from cards.duration import day_after
from cards.education.catalog import situations
from cards.facts import Finding
from cards.guidance.guidance import BreastGuidance, FiredRule
from cards.guidance.switches import switch
from cards.guidance.timers import due_dates
from cards.writing.case import Case, category_words, step_words
from cards.writing.links import reassurance_hidden, situation
from cards.writing.phrases import capital, day, finding_words, interval_words, place_words
from cards.writing.sentences import filled
from cards.writing.slots import rule_slots, said
from cards.writing.steps import Step, in_doubt
from cards.writing.texts import texts

_MAX_LISTED: Final = 4
_MOST_STEPS: Final = 6
# Of what a report leaves open, this matters only for some exams; elsewhere it is noise.
_ONLY_FOR_CATEGORY_3_AND_4: Final = ("magnification_views_done",)
_ONLY_FOR_CATEGORY_3: Final = ("recommended_interval",)


def _placed(case: Case, finding: Finding, *, noun: bool, side: bool) -> str:
    found = finding_words(finding, case.words, noun=noun, side=side)
    concepts = case.reading.sources.places.get(finding.finding_id)
    place = place_words(concepts, case.words) if concepts else ""
    return filled(case.words.words["placed"], {"finding": found, "item": place}) if place else found


def _listed(case: Case, finding_ids: Sequence[str], most: int, side: str = "") -> str:
    """Describe up to ``most`` findings; ``side`` is the breast named already, not repeated."""
    wanted = set(finding_ids)
    findings = [finding for finding in case.guidance.facts.findings if finding.finding_id in wanted]
    noun = len(findings) == 1
    shown = [
        _placed(case, finding, noun=noun, side=finding.laterality != side) for finding in findings[:most]
    ]
    if len(findings) > most:
        shown.append(filled(case.words.words["count_more"], {"count": str(len(findings) - most)}))
    return ", ".join(shown) or case.words.words["no_finding"]


def _exam(case: Case) -> str:
    name = case.words.tables["exam_type"].get(case.guidance.facts.exam_type, "")
    exam_date = case.reading.sources.exam_date
    if exam_date is None:
        return name
    return filled(case.words.words["exam_on"], {"exam_type": name, "date": day(exam_date)})


def _federal(case: Case, category: str | None) -> str:
    return case.words.tables["federal"][category] if category else category_words(case, None)


def _breast_line(case: Case, breast: BreastGuidance, most: int) -> str:
    tables = case.words.tables
    name = tables["breast"]["both" if breast.side == "bilateral" else breast.side]
    return filled(
        case.words.words["read_breast"],
        {
            "Breast": capital(name),
            "finding": _listed(case, breast.finding_ids, most, breast.side),
            "category": _federal(case, breast.assessment),
            "verdict": tables["verdict"][breast.concordance],
        },
    )


def read_paragraph(case: Case, most: int = _MAX_LISTED) -> str:
    """Say what was read: up to ``most`` findings a breast with place, category in federal
    wording, exam with date."""
    words, facts = case.words.words, case.guidance.facts
    if most == 0:
        return filled(words["read_exam"], {"exam": _exam(case)})
    if len(case.breasts) > 1:
        lines = [filled(words["read_exam"], {"exam": _exam(case)})]
        return "\n".join(lines + [_breast_line(case, breast, most) for breast in case.breasts])
    ids = [finding.finding_id for finding in facts.findings]
    category = case.breast.assessment if case.breast else facts.assessment_overall
    return filled(
        words["read"],
        {"finding": _listed(case, ids, most), "category": _federal(case, category), "exam": _exam(case)},
    )


def _step_when(case: Case, step: Step) -> str:
    words, sources = case.words.words, case.reading.sources
    named = step_words(case, step)
    exam = sources.exam_date or sources.signed_date
    if exam is None:
        return named
    if step.interval is not None:
        due = day_after(exam, step.interval)
        return filled(words["due" if due >= case.today else "was_due"], {"step": named, "date": day(due)})
    resolution = case.guidance.resolution_due
    provisional = case.rule("R-SC-03")  # starts no timer
    if (
        step.kind.timing in ("prompt", "prior_images")
        and step.kind.standard
        and resolution
        and not provisional
    ):
        return filled(words["settled_by"], {"step": named, "date": day(day_after(exam, resolution))})
    return named


def _in_both_breasts(steps: Sequence[Step]) -> list[Step]:
    """Join a step for the left breast and the same one for the right."""
    if len(steps) < 2:
        return list(steps)
    joined: list[Step] = []
    for step in steps:
        last = joined[-1] if joined else None
        if last is not None and _differ_in_side_alone(last, step):
            joined[-1] = replace(last, side="both")
        else:
            joined.append(step)
    return joined


def _differ_in_side_alone(one: Step, other: Step) -> bool:
    same = one.action == other.action and one.interval == other.interval
    return same and {one.side, other.side} == {"left", "right"}


def next_paragraph(case: Case, *, act: bool, most: int = _MOST_STEPS) -> str:
    """Say what comes next and when, in at most ``most`` steps; ``act`` adds what to do with the
    report itself."""
    words = case.words.words
    if case.guidance.facts.deceased:
        return words["deceased"]
    clause = case.words.tables["act"][case.moment]
    open_steps = _in_both_breasts([step for step in case.steps if not step.ordered])
    sentences = []
    if open_steps:
        named = [_step_when(case, step) for step in open_steps[:most]]
        if len(open_steps) > most:
            named.append(filled(words["count_more"], {"count": str(len(open_steps) - most)}))
        steps = "; ".join(named)
        sentences.append(filled(words["next_act" if act else "next"], {"steps": steps, "act": clause}))
    elif act:
        sentences.append(filled(words["next_none"], {"act": clause}))
    for step in case.steps:
        if step.ordered:
            sentences.append(filled(words["ordered"], {"step": step_words(case, step)}))
    sentences.append(_interval_only(case, open_steps))
    if case.side_in_doubt:
        sentences.append(words["doubt_side"])
    elif in_doubt(case.fired):
        sentences.append(words["doubt_category"])
    if case.guidance.lay_summary_due == "P7D":
        sentences += _letter(case)
    return " ".join([sentence for sentence in sentences if sentence])


def _interval_only(case: Case, steps: Sequence[Step]) -> str:
    """Give the report's interval when no step carries one (observation after a biopsy)."""
    interval, sources = case.guidance.follow_up_interval, case.reading.sources
    exam = sources.exam_date or sources.signed_date
    if not interval or not exam or any(step.interval for step in steps):
        return ""
    return filled(
        case.words.words["interval_only"],
        {"interval": interval_words(interval, case.words.language), "date": day(day_after(exam, interval))},
    )


def _letter(case: Case) -> list[str]:
    """Give the date of letter and report where the law asks for 7 days (R-RG-02).

    Where the 30 days from the exam (R-RG-01) end sooner, that day holds.
    """
    words, sources, sentences = case.words.words, case.reading.sources, []
    if sources.signed_date is not None:
        due = due_dates(case.guidance, sources.exam_date, sources.signed_date).lay_summary
        if due is not None:
            sentences.append(filled(words["letter"], {"date": day(due)}))
    target = switch(case.policy, "lay_letter_target")
    if target != "P7D":
        sentences.append(filled(words["letter_target"], {"item": case.words.tables["target"][str(target)]}))
    return sentences


def not_stated_paragraph(case: Case) -> str:
    """Name what the report leaves open: descriptors first, and only what matters here."""
    category = case.effective or ""
    table = case.words.tables["not_stated"]
    of_report: list[str] = []
    of_findings: dict[str, list[str]] = {}
    for name in case.guidance.not_stated:
        if name in _ONLY_FOR_CATEGORY_3 and category != "3":
            continue
        if name in _ONLY_FOR_CATEGORY_3_AND_4 and (
            category not in ("3", "4", "4A", "4B", "4C", "5") or case.guidance.facts.exam_type == "screening"
        ):
            continue
        head, _, member = name.rpartition(".")
        if head:
            of_findings.setdefault(member, []).append(head.removeprefix("findings[").removesuffix("]"))
        else:
            of_report.append(table[member])
    if not of_report and not of_findings:
        return ""
    everywhere = len(case.guidance.facts.findings)
    items = [
        table[member]
        if len(ids) == everywhere
        else filled(case.words.words["of_finding"], {"item": table[member], "finding_id": ", ".join(ids)})
        for member, ids in of_findings.items()
    ] + of_report
    shown = items[:_MAX_LISTED]
    if len(items) > _MAX_LISTED:
        shown.append(filled(case.words.words["count_more"], {"count": str(len(items) - _MAX_LISTED)}))
    return filled(case.words.words["not_stated"], {"items": ", ".join(shown)})


def problems_paragraph(case: Case) -> str:
    """Name what reading met, in one short paragraph; the extension has all of it."""
    problems = case.guidance.problems
    if not problems:
        return ""
    table = case.words.tables["problem"]
    shown = list(dict.fromkeys([table.get(problem.code) or table["other"] for problem in problems]))
    items = "; ".join(shown[:3])
    if len(shown) > 3:
        items += "; " + filled(case.words.words["count_more"], {"count": str(len(shown) - 3)})
    return filled(case.words.words["problems"], {"items": items})


@cache
def _profile_named(language: str, profile: str) -> str:
    words = texts(language)
    return filled(
        words.words["profile"],
        {
            "profile": words.tables["profile"][profile],
            "profile_source": words.tables["profile_source"][profile],
        },
    )


def profile_paragraph(case: Case) -> str:
    """Name the guideline profile in force and its source."""
    sentence = _profile_named(case.words.language, case.guidance.guideline_profile)
    if switch(case.policy, "birads_edition") == "v2025":
        sentence += " " + filled(case.words.words["edition"], {"item": "v2025"})
    return sentence


def other_profiles(case: Case) -> str:
    """List the other profiles in one line, where a routine interval is given."""
    return _profiles_beside(case.words.language, case.guidance.guideline_profile)


@cache
def _profiles_beside(language: str, profile: str) -> str:
    words = texts(language)
    others = "; ".join([text for name, text in words.tables["profile"].items() if name != profile])
    return filled(words.words["profiles_differ"], {"others": others})


def patient_paragraph(case: Case) -> str:
    """Return the one sentence that may stand beside the pages (section 15, R-ED-03)."""
    if case.guidance.facts.deceased:
        return ""
    name = situation(case)
    chosen = situations()[name]
    key = chosen.plain if reassurance_hidden(case) else chosen.sentence
    if name == "follow_up" and not any(step.kind.timing == "follow_up" for step in case.steps):
        key = ""  # the sentence speaks of a check in a few months
    if not key:
        return ""
    return filled(case.words.words["patient"], {"statement": case.words.tables["patient"][key]})


def rule_line(case: Case, rule: FiredRule, slots: dict[str, str]) -> str:
    """Return the note that a rule leaves on the main card, or nothing."""
    key, facts = rule.id, case.guidance.facts
    if key.startswith("R-RC-"):
        if key == "R-RC-05" and facts.biopsy_deferred_reason:
            key = "R-RC-05/deferred"
        elif facts.recommendation is None:
            key = "no_recommendation"
    elif key == "R-EX-01" and case.guidance.concordance == "under_called":
        return ""  # the next step is that work-up already
    elif key == "R-RG-05" and case.rule("R-SC-04"):
        return ""  # said by the card about the change
    text = case.words.tables["line"].get(key, "")
    return said(case, text, {**slots, **rule_slots(case, rule)}) if "{" in text else text
