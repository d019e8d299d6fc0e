"""Summaries: one sentence of at most 139 characters (CH-111, R-CD-02)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cards.writing.case import Case, then_words
from cards.writing.slots import said, slot

MAX_SUMMARY: Final = 139
# Slots that say a side, and the slot that holds this side: steps then need not repeat it.
_SIDE_SLOTS: Final = (
    ("{Finding", "finding_side"),
    ("{Short", "finding_side"),
    ("{cancer", "cancer_side"),
    ("{pb", "pb_side"),
)


def _side_said(case: Case, template: str, slots: dict[str, str]) -> str:
    for start, side in _SIDE_SLOTS:
        if start in template:
            return slot(case, side, slots)
    return ""


def summary(case: Case, templates: Sequence[str], slots: dict[str, str]) -> str:
    """Return the first of ``templates`` that fits, each tried with three next steps, two, one.

    A report that is not final is labelled provisional (R-SC-03). When none fits, the next step
    is left out: the detail has it. ``slots`` are those known so far and grow.
    """
    label = case.words.words["provisional"] if case.rule("R-SC-03") else ""
    last = ""
    for with_steps in (True, False):
        for template in templates:
            slots["then"] = ""
            last = label + said(case, template, slots)
            room = MAX_SUMMARY - len(last)
            if room < 0:
                continue
            if not with_steps or "{then}" not in template:
                return last
            clause = then_words(case, room, _side_said(case, template, slots))
            if clause is not None:
                slots["then"] = clause
                return label + said(case, template, slots)
    return last[: MAX_SUMMARY - 1] + "…"
