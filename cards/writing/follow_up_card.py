"""The card for whoever opens a patient's record: what was advised last, when it is due, how it stands."""

from __future__ import annotations

from collections.abc import Callable

from cards.guidance.guidance import FiredRule
from cards.writing.card import Card
from cards.writing.case import Case, category_words
from cards.writing.families import override_reasons, topic
from cards.writing.links import evidence_link
from cards.writing.main_card import Draft
from cards.writing.phrases import capital, day
from cards.writing.sentences import filled
from cards.writing.slots import said
from cards.writing.summaries import summary

FAMILY = "follow_up"
# The verdicts that need no repeating once the report is signed: the follow-up leads in their place.
_SETTLED = ("concordant", "tolerated", "no_assessment", "pathology")
# These steps are for one breast, whichever exam images them.
_ONE_SIDED = ("recall", "biopsy")


def tracking_rule(case: Case) -> FiredRule | None:
    """Return the tracking rule of section 17 that fired while viewing; None when nothing is tracked."""
    for rule in case.guidance.rules:
        if rule.id.startswith("R-TR-"):
            return rule
    return None


def leads(draft: Draft) -> bool:
    """Say whether the follow-up takes the place of this main card: its verdict asks for nothing."""
    return draft.family in _SETTLED


def follow_up_draft(case: Case, draft: Draft, rule: FiredRule) -> Draft:
    """Return the main card about the follow-up; it answers for the rules of ``draft`` as well."""
    text = case.words.mains[f"{FAMILY}/{rule.inputs['state']}"]
    return Draft(FAMILY, text, (rule, *draft.rules), None)


def follow_up_slots(case: Case, rule: FiredRule) -> dict[str, str]:
    """Return the slots of the texts about a follow-up: what was advised, when it is due, when done."""
    inputs, words, sources = rule.inputs, case.words, case.reading.sources
    advised = words.tables["advised"][str(inputs["event"])]
    if rule.side is not None and inputs["event"] in _ONE_SIDED:
        advised = filled(
            words.words["in_breast"], {"step": advised, "breast": words.tables["breast"][rule.side]}
        )
    exam, missing = sources.exam_date or sources.signed_date, words.words["no_date"]
    category = inputs["category"]
    return {
        "advised": advised,
        "Advised": capital(advised),
        "worst": category_words(case, str(category) if category else case.effective),
        "due": str(inputs["due"] or missing),
        "done": str(inputs["done"] or missing),
        "date": missing if exam is None else day(exam),
    }


def follow_up_extra(
    case: Case, rule: FiredRule, slots: dict[str, str], new_id: Callable[[], str], public_url: str
) -> Card:
    """Write the follow-up as a card beside a main card that has more to say than this."""
    text, language = case.words.mains[f"{FAMILY}/{rule.inputs['state']}"], case.words.language
    return Card(
        uuid=new_id(),
        summary=summary(case, text.summaries, slots),
        detail=f"{said(case, text.detail, slots)}\n\n{case.words.words['footer']}",
        indicator=rule.indicator,
        family=FAMILY,
        topic=topic(FAMILY, language),
        links=(evidence_link(public_url, FAMILY, language),),
        suggestions=(),
        override_reasons=override_reasons(FAMILY, language),
        rule_ids=(rule.id,),
        citations=rule.citations,
        references=tuple(
            dict.fromkeys(one for many in case.reading.sources.findings.values() for one in many)
        ),
    )
