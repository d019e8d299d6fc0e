"""Summaries: one sentence of at most 139 characters (CH-111, R-CD-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from cards.writing.case import Case, then_words

MAX_SUMMARY = 139
_MOST_STEPS = 3


@lru_cache(maxsize=1024)
def _side_slot(template: str) -> str | None:
    """Return the slot of a template that already says a side, so that steps need not."""
    return next((slot for slot in ("Finding", "Short", "cancer", "pb") if f"{{{slot}" in template), None)


def _side_said(slot: str | None, slots: Mapping[str, str]) -> str:
    if slot is None:
        return ""
    return slots[{"cancer": "cancer_side", "pb": "pb_side"}.get(slot, "finding_side")]


def summary(case: Case, templates: Sequence[str], slots: Mapping[str, str]) -> str:
    """Return the first of ``templates`` that fits, each tried with three next steps, two, one.

    A report that is not final is labelled provisional (R-SC-03). When none fits, the next step
    is left out: the detail has it.
    """
    label = case.words.words["provisional"] if case.rule("R-SC-03") else ""
    filled = dict(slots)
    for limit in (_MOST_STEPS, 0):
        for template in templates:
            filled["then"] = ""
            room = MAX_SUMMARY - len(label) - len(template.format_map(filled))
            if room < 0:
                continue
            if "{then}" not in template:
                return label + template.format_map(filled)
            for clause in then_words(case, limit, _side_said(_side_slot(template), slots)):
                if len(clause) <= room:
                    filled["then"] = clause
                    return label + template.format_map(filled)
    return (label + templates[-1].format_map(filled))[: MAX_SUMMARY - 1] + "…"
