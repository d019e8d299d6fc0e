"""Summaries: one sentence of at most 139 characters (CH-111, R-CD-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cards.writing.case import Case

MAX_SUMMARY = 139


def summary(case: Case, templates: Sequence[str], slots: Mapping[str, str]) -> str:
    """Return the first of ``templates`` that fits, each tried with two next steps, then one.

    A report that is not final is labelled provisional (R-SC-03). When none fits, the next step
    is left out: the detail has it.
    """
    label = case.words.words["provisional"] if case.rule("R-SC-03") else ""
    shorter = {**slots, "then": slots["then_one"]}
    for template in templates:
        for filled in (slots, shorter):
            text = label + template.format_map(filled)
            if len(text) <= MAX_SUMMARY:
                return text
    bare = {**slots, "then": ""}
    for template in templates:
        text = label + template.format_map(bare)
        if len(text) <= MAX_SUMMARY:
            return text
    return text[: MAX_SUMMARY - 1] + "…"
