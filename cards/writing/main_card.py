"""The main card of a report: verdict, what comes next, when, and pages for the patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from cards.education.catalog import Page
from cards.guidance.guidance import FiredRule
from cards.value_class import value_class
from cards.writing.card import Card, Suggestion
from cards.writing.case import (
    INDICATOR_RANK,
    Case,
    category_words,
    citations_of,
)
from cards.writing.detail import (
    next_paragraph,
    not_stated_paragraph,
    other_profiles,
    patient_paragraph,
    problems_paragraph,
    profile_paragraph,
    read_paragraph,
    rule_line,
)
from cards.writing.families import families, override_reasons, topic
from cards.writing.family_rules import VERDICT_RULES
from cards.writing.fit import MAX_DETAIL, fit, length
from cards.writing.history_paragraph import history_paragraph
from cards.writing.links import education_links, evidence_link
from cards.writing.phrases import finding_words
from cards.writing.sentences import filled
from cards.writing.slots import rule_slots, said
from cards.writing.suggestions import suggestions
from cards.writing.summaries import summary
from cards.writing.texts import CardText

# Families that ask the reader to look at the report again.
_ABOUT_THE_REPORT: Final = (
    "under_called",
    "over_called",
    "not_permitted",
    "not_evaluable",
    "category_unclear",
)
# How the required paragraphs get shorter: findings a breast, steps, with the reason or without.
_SHORTER: Final = ((4, 6, True), (1, 6, True), (1, 6, False), (1, 3, False), (0, 3, False), (0, 1, False))
_AGE_RULES: Final = ("R-FU-09", "R-FU-10", "R-RC-08")
_OPEN: Final = ("0", "0A", "0P", "4", "4A", "4B", "4C", "5")
# Texts beside which the reason for a shape's usual category would mislead.
_WITHOUT_REASON: Final = (
    *("concordant/6", "concordant/no-explanation", "not_permitted/R-CC-07"),
    *("under_called/R-CC-12", "tolerated/R-CC-08"),
)
_WITHDRAWN: Final = ("R-SC-02", "R-SC-05")


@value_class
class Draft:
    """What the main card is about: its family, its texts and the rules it takes for itself."""

    family: str
    text: CardText
    rules: tuple[FiredRule, ...]
    explained: FiredRule | None


def _worst(rules: Sequence[FiredRule]) -> FiredRule:
    worst = rules[0]
    for rule in rules:
        if INDICATOR_RANK[rule.indicator] > INDICATOR_RANK[worst.indicator]:
            worst = rule
    return worst


def _verdict_rules(case: Case) -> tuple[FiredRule, ...]:
    own = VERDICT_RULES[case.guidance.concordance]
    for breast in case.breasts:
        own |= VERDICT_RULES[breast.concordance]
    return tuple([rule for rule in case.guidance.rules if rule.id in own])


def _leading_rule(case: Case, verdict: str, own: Sequence[FiredRule]) -> FiredRule | None:
    breast = case.breast
    fitting = [rule for rule in own if rule.id in VERDICT_RULES[verdict]]
    here = [rule for rule in fitting if breast is not None and rule.side == breast.side]
    return _worst(here or fitting) if here or fitting else None


def _unexplained(case: Case) -> bool:
    """Say whether the report's highest category is no judged breast's own (section 9, withheld)."""
    return (
        case.effective in _OPEN
        and bool(case.breasts)
        and all(breast.assessment != case.effective for breast in case.breasts)
        and case.guidance.concordance == "concordant"
    )


def _both_fit(case: Case) -> bool:
    return {breast.side for breast in case.breasts} == {"left", "right"} and all(
        breast.concordance == "concordant" for breast in case.breasts
    )


def _verdict_text(case: Case, verdict: str, rule: FiredRule | None) -> CardText:
    mains = case.words.mains
    if verdict == "concordant":
        if case.rule("R-DQ-14", "R-DQ-15"):
            return mains["concordant/received"]
        if _unexplained(case):
            return mains["concordant/no-explanation"]
        if _both_fit(case):
            return mains["concordant/both"]
        if case.breast and case.breast.assessment == "6":
            return mains["concordant/6"]
    named = mains.get(f"{verdict}/{rule.id}") if rule else None
    return named or mains[verdict]


def draft_main(case: Case) -> Draft | None:
    """Choose what the main card says, or None when silence is the answer (R-SC-01, -02, -05)."""
    guidance, mains = case.guidance, case.words.mains
    if case.rule(*_WITHDRAWN):
        return None
    if not guidance.facts.findings:
        described, gaps = case.rule("R-SC-07"), case.rule("R-DQ-14", "R-DQ-15")
        if described:
            return Draft("described_not_coded", mains["described_not_coded"], (described,), None)
        return Draft("incomplete", mains["incomplete"], (gaps,), None) if gaps else None
    marker = case.rule("R-SC-06")
    if marker:
        own_word = guidance.facts.assessment_overall in ("MP", None)
        return Draft("marker", mains["marker/MP" if own_word else "marker"], (marker,), None)
    own = _verdict_rules(case)
    unclear = case.rule("R-DQ-13")
    if unclear:
        return Draft("category_unclear", mains["not_evaluable/R-DQ-13"], (unclear,), unclear)
    verdict = guidance.concordance
    if verdict != "not_applicable":
        rule = _leading_rule(case, verdict, own)
        return Draft(verdict, _verdict_text(case, verdict, rule), own, rule)
    pathology = [
        rule for rule in guidance.rules if rule.id in case.words.rules and rule.id.startswith("R-PB-")
    ]
    if pathology:
        rule = _worst(pathology)
        same = tuple([one for one in pathology if one.id == rule.id])
        return Draft("pathology", case.words.rules[rule.id], same, rule)
    missing = tuple([rule for rule in guidance.rules if rule.id == "R-DQ-07"])
    return Draft("no_assessment", mains["no_assessment"], missing, None)


def _why(case: Case) -> FiredRule | None:
    """Return the rule that gives the reason: a special one before the base table."""
    table, finding = case.words.tables["why"], case.leading
    finding_id = finding.finding_id if finding else None
    fired: dict[str, FiredRule] = {}
    for rule in case.guidance.rules:
        if rule.id in table and (rule.finding_id is None or rule.finding_id == finding_id):
            fired.setdefault(rule.id, rule)
    if fired:
        for rule_id in table:
            if rule_id in fired:
                return fired[rule_id]
    return None


def _reason(case: Case) -> str:
    finding = case.leading
    found = finding_words(finding, case.words) if finding else case.words.words["calcifications"]
    return f"{found}; BI-RADS {category_words(case, case.effective)}" if case.effective else found


def _detail(
    case: Case,
    draft: Draft,
    slots: dict[str, str],
    others: Sequence[FiredRule],
    folded: Sequence[Card],
) -> str:
    words = case.words
    reasoned = draft.family in VERDICT_RULES and all(
        draft.text is not words.mains[name] for name in _WITHOUT_REASON
    )
    reason = _why(case) if reasoned else None
    why = words.tables["why"][reason.id] if reason else ""
    verdict = said(case, draft.text.detail, slots)
    # An unknown code is for the site to map; the report may be right.
    unknown = draft.explained is not None and draft.explained.id == "R-DQ-05"
    about_report = draft.family in _ABOUT_THE_REPORT and not unknown
    history = history_paragraph(case)
    required: list[str] = []
    for findings, steps, reason_text in _SHORTER:  # many findings: shorter, until it fits
        required = [
            f"{verdict} {why}".rstrip() if reason_text else verdict,
            read_paragraph(case, most=findings),
            next_paragraph(case, act=about_report, most=steps),
            *([history] if history else []),
            "",
            profile_paragraph(case),
            words.words["footer"],
        ]
        if length(required) <= MAX_DETAIL:
            break
    muted = [rule for rule in others if rule.id in case.policy.muted]
    optional = [(0, extra.detail.partition("\n\n")[0]) for extra in folded]
    if _unexplained(case) and draft.text is not words.mains["concordant/no-explanation"]:
        optional.append((0, "- " + said(case, words.words["unexplained"], slots)))
    # What a rule says depends on its id alone, however many findings it fired for.
    spoken = {rule.id: rule for rule in others if rule.id not in case.policy.muted}
    lines = [rule_line(case, rule, slots) for name, rule in spoken.items() if not reason or name != reason.id]
    optional += [(2, "- " + line) for line in dict.fromkeys(lines) if line]
    if muted:
        titles = dict.fromkeys(
            [words.rules[rule.id].title if rule.id in words.rules else rule.id for rule in muted]
        )
        optional.append((1, filled(words.words["muted"], {"items": "; ".join(titles)})))
    optional.append((3, not_stated_paragraph(case)))
    optional.append((4, problems_paragraph(case)))
    if families().by_name[draft.family].education:
        optional.append((5, patient_paragraph(case)))
    if case.rule(*_AGE_RULES) or any(step.kind.timing == "routine" for step in case.steps):
        optional.append((6, other_profiles(case)))
    return fit(required, [entry for entry in optional if entry[1]], words.words["more"])


def main_card(
    case: Case,
    draft: Draft,
    others: Sequence[FiredRule],
    folded: Sequence[Card],
    new_id: Callable[[], str],
    public_url: str,
    slots: dict[str, str],
    seed_page_url: str | None,
    more_pages: Sequence[Page],
) -> Card:
    """Write the main card. ``others`` are the fired rules that no extra card takes: they are
    its lines, and it answers for them in rule ids and citations. ``folded`` are extra cards
    without room, worst first: the main card then says what they say, and takes the summary
    and indicator of the first one when that is more urgent."""
    uuid = new_id()
    if draft.explained is not None:
        slots = slots | dict(rule_slots(case, draft.explained))
    language, sources = case.words.language, case.reading.sources
    made: tuple[Suggestion, ...] = ()
    if case.moment != "before_signature":
        reason = _reason(case)
        made = suggestions(
            case.steps, case.guidance, case.fired, sources, case.words, reason, case.today, new_id
        )
    links = [evidence_link(public_url, draft.family, language)]
    if families().by_name[draft.family].education:
        links += education_links(case, seed_page_url, more_pages)
    shown = [rule for rule in draft.rules if rule.id not in case.policy.muted]
    indicator = _worst(shown).indicator if shown else "info"
    headline = summary(case, draft.text.summaries, slots)
    if folded and INDICATOR_RANK[folded[0].indicator] > INDICATOR_RANK[indicator]:
        headline, indicator = folded[0].summary, folded[0].indicator
    # What a rule rests on depends on its id alone, however many findings it fired for.
    rules = {rule.id: rule for rule in (*draft.rules, *others)}
    rule_ids, citations = tuple(rules), citations_of(rules.values())
    for extra in folded:
        rule_ids = tuple(dict.fromkeys((*rule_ids, *extra.rule_ids)))
        citations = tuple(dict.fromkeys((*citations, *extra.citations)))
    references = [reference for many in sources.findings.values() for reference in many]
    return Card(
        uuid=uuid,
        summary=headline,
        detail=_detail(case, draft, slots, others, folded),
        indicator=indicator,
        family=draft.family,
        topic=topic(draft.family, language),
        links=tuple(links),
        suggestions=made,
        override_reasons=override_reasons(draft.family, language),
        rule_ids=rule_ids,
        citations=citations,
        references=tuple(dict.fromkeys(references)),
        alternatives=len(made) > 1 and {step.action for step in case.steps} == {"repeat_biopsy_or_excision"},
    )
