"""Summaries: one sentence of at most 139 characters (CH-111, R-CD-02)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cards.writing.case import Case, then_words
from cards.writing.sentences import filled

MAX_SUMMARY: Final = 139
# Slots that say a side, and the slot that holds this side: steps then need not repeat it.
_SIDE_SLOTS: Final = (
    ("{Finding", "finding_side"),
    ("{Short", "finding_side"),
    ("{cancer", "cancer_side"),
    ("{pb", "pb_side"),
)


def _side_said(template: str, slots: dict[str, str]) -> str:
    for slot, side in _SIDE_SLOTS:
        if slot in template:
            return slots[side]
    return ""


def summary(case: Case, templates: Sequence[str], slots: dict[str, str]) -> str:
    """Return the first of ``templates`` that fits, each tried with three next steps, two, one.

    A report that is not final is labelled provisional (R-SC-03). When none fits, the next step
    is left out: the detail has it.
    """
    label = case.words.words["provisional"] if case.rule("R-SC-03") else ""
    last = ""
    for with_steps in (True, False):
        for template in templates:
            before, then, after = template.partition("{then}")
            before, after = label + filled(before, slots), filled(after, slots)
            last = before + after
            room = MAX_SUMMARY - len(last)
            if room < 0:
                continue
            if not then:
                return last
            clause = then_words(case, room, _side_said(template, slots)) if with_steps else ""
            if clause is not None:
                return before + clause + after
    return last[: MAX_SUMMARY - 1] + "…"
