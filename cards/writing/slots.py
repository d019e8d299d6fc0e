"""Slots: what the texts of one report are filled with, each worked out when a text asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cards.facts import Finding
from cards.guidance.guidance import FiredRule
from cards.writing.case import Case, category_words, usual_categories
from cards.writing.phrases import (
    ambiguous_shapes,
    bare_code,
    capital,
    escape,
    finding_words,
    interval_words,
    unknown_shapes,
)
from cards.writing.sentences import filled, slots_of
from cards.writing.texts import Texts

_MOST_CODES: Final = 3


def _worst_side(case: Case) -> str:
    facts, worst = case.guidance.facts, case.effective
    if worst is None or facts.assessment_left == facts.assessment_right:
        only = facts.findings[0].laterality if facts.findings else ""
        for finding in facts.findings:
            if finding.laterality != only:
                return ""
        return only if only in ("left", "right") else ""
    return "left" if facts.assessment_left == worst else "right" if facts.assessment_right == worst else ""


def _cancer_side(case: Case) -> str:
    facts = case.guidance.facts
    known = {facts.known_cancer_side} - {"none"}
    known |= {finding.laterality for finding in facts.findings if finding.is_known_cancer}
    side = known.pop() if len(known) == 1 else "both" if known else "missing"
    return "both" if side == "bilateral" else side


def _biopsied(case: Case, rule_id: str) -> list[Finding]:
    """Return the findings for which one rule of section 10 fired."""
    named = {rule.finding_id for rule in case.guidance.rules if rule.id == rule_id}
    findings = [finding for finding in case.guidance.facts.findings if finding.biopsy_result]
    return [finding for finding in findings if finding.finding_id in named] or findings


def _side_of(findings: list[Finding]) -> str:
    sides = {finding.laterality for finding in findings}
    side = sides.pop() if len(sides) == 1 else "missing" if "missing" in sides else "both"
    return "both" if side == "bilateral" else side


def _results(findings: list[Finding], words: Texts) -> str:
    named = dict.fromkeys(words.tables["result"][f.biopsy_result] for f in findings if f.biopsy_result)
    return next(iter(named)) if len(named) == 1 else words.words["several_results"]


def _found(case: Case) -> str:
    return finding_words(case.leading, case.words) if case.leading else ""


def _short(case: Case) -> str:
    return finding_words(case.leading, case.words, noun=False) if case.leading else ""


def _assessed(case: Case) -> str:
    breast = case.breast
    return (breast.assessment if breast else case.guidance.facts.assessment_overall) or ""


def _number(case: Case) -> str:
    assessed = _assessed(case)
    return assessed[:1] if assessed in ("0A", "0P") else assessed


def _category(case: Case) -> str:
    return category_words(case, _assessed(case) or None)


def _breast(case: Case, side: str | None) -> str:
    return case.words.tables["breast"][side or "missing"]


def _mastectomy(case: Case) -> str:
    side = case.guidance.facts.mastectomy_side
    return "" if side == "none" else _breast(case, side)


def _interval(case: Case, duration: str | None) -> str:
    return interval_words(duration, case.words.language)


# The slots that every text of a report may use (rule slots come on top).
_OF_REPORT: Final[Mapping[str, Callable[[Case], str]]] = {
    "cancer_breast": lambda case: _breast(case, _cancer_side(case)),
    "cancer_side": _cancer_side,
    "finding_side": lambda case: case.leading.laterality if case.leading else "",
    "finding": _found,
    "Finding": lambda case: capital(_found(case)),
    "Short": lambda case: capital(_short(case)),
    "category": _category,
    "Category": lambda case: capital(_category(case)),
    "number": _number,
    "expected": lambda case: usual_categories(case, case.breast),
    "Expected": lambda case: capital(usual_categories(case, case.breast)),
    "worst": lambda case: category_words(case, case.effective),
    "Worst": lambda case: capital(category_words(case, case.effective)),
    "worst_side": lambda case: case.words.tables["side"].get(_worst_side(case), ""),
    "worst_breast": lambda case: _breast(case, _worst_side(case)),
    "left_category": lambda case: case.guidance.facts.assessment_left or "",
    "right_category": lambda case: case.guidance.facts.assessment_right or "",
    "overall": lambda case: category_words(case, case.guidance.facts.assessment_overall),
    "previous": lambda case: category_words(case, case.guidance.facts.previous_assessment),
    "prior": lambda case: category_words(case, case.guidance.facts.prior_assessment),
    "act": lambda case: case.words.tables["act"][case.moment],
    "interval": lambda case: _interval(case, case.guidance.follow_up_interval),
    "coded_interval": lambda case: _interval(case, case.guidance.facts.recommended_interval),
    "recommendation_breast": lambda case: _breast(case, case.guidance.facts.recommendation_side),
    "mastectomy": _mastectomy,
}


def slot(case: Case, name: str, slots: dict[str, str]) -> str:
    """Return what stands in a slot: as in ``slots``, else worked out from the report and kept there.

    Raises KeyError for a slot that neither has.
    """
    value = slots.get(name)
    if value is None:
        value = slots[name] = _OF_REPORT[name](case)
    return value


def said(case: Case, text: str, slots: dict[str, str]) -> str:
    """Fill a text about the report; ``slots`` are those known so far and grow."""
    for name in slots_of(text):
        slot(case, name, slots)
    return filled(text, slots)


def rule_slots(case: Case, rule: FiredRule) -> dict[str, str]:
    """Return the slots that only one rule's texts need: codes received and biopsy result."""
    if rule.id in ("R-DQ-05", "R-DQ-11"):
        shapes = unknown_shapes if rule.id == "R-DQ-05" else ambiguous_shapes
        return {
            "codes": ", ".join(
                escape(bare_code(code)) for code in shapes(case.guidance.facts.findings)[:_MOST_CODES]
            )
        }
    if rule.id.startswith("R-PB-"):
        findings = _biopsied(case, rule.id)
        side = _side_of(findings)
        breast = case.words.tables["breast"][side]
        return {"result": _results(findings, case.words), "pb_breast": breast, "pb_side": side}
    return {}
