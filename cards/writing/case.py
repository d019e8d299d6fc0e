"""One report seen by the writer: which breast leads, what comes next, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from cards.facts import Facts, Finding
from cards.guidance.categories import DRIVING_RANK, highest_driving
from cards.guidance.guidance import BreastGuidance, FiredRule, Guidance
from cards.policy import Policy
from cards.reading.reading import Reading
from cards.value_class import value_class
from cards.writing.phrases import (
    ambiguous_shapes,
    bare_code,
    capital,
    category_list,
    escape,
    finding_words,
    interval_words,
    joined,
    unknown_shapes,
)
from cards.writing.steps import Step, next_steps, side_in_doubt
from cards.writing.suggestions import step_slots
from cards.writing.texts import Texts

INDICATOR_RANK = {"none": 0, "info": 1, "warning": 2, "critical": 3}
# Report verdict order of section 6, worst first.
VERDICTS = (
    "under_called",
    "not_permitted",
    "over_called",
    "not_evaluable",
    "tolerated",
    "concordant",
    "not_applicable",
)
_MOST_CODES = 3
_VERDICT_RANK = {verdict: rank for rank, verdict in enumerate(VERDICTS)}


@value_class
class Case:
    """Everything a card is written from. ``breast`` is the judged breast that leads the card."""

    guidance: Guidance
    reading: Reading
    policy: Policy
    words: Texts
    moment: str
    today: date
    breasts: tuple[BreastGuidance, ...]
    steps: tuple[Step, ...]
    fired: Mapping[str, FiredRule]
    effective: str | None
    leading: Finding | None

    @property
    def breast(self) -> BreastGuidance | None:
        """The breast with the worst verdict, then the highest category; None when none is judged."""
        return self.breasts[0] if self.breasts else None

    def rule(self, *ids: str) -> FiredRule | None:
        """Return the first fired rule with one of ``ids``."""
        return next((self.fired[rule_id] for rule_id in ids if rule_id in self.fired), None)


def _breast_rank(breast: BreastGuidance) -> tuple[int, int]:
    category = breast.driving_category or breast.assessment
    return _VERDICT_RANK[breast.concordance], -DRIVING_RANK.get(category or "", -1)


def make_case(
    guidance: Guidance, reading: Reading, policy: Policy, words: Texts, moment: str, today: date
) -> Case:
    """Put the parts together: breasts sorted worst first, and the steps that come next."""
    breasts = guidance.breasts
    if len(breasts) > 1:
        breasts = tuple(sorted(breasts, key=_breast_rank))
    return Case(
        guidance,
        reading,
        policy,
        words,
        moment,
        today,
        breasts,
        next_steps(guidance, reading.sources, today),
        {rule.id: rule for rule in guidance.rules},
        _effective_category(guidance.facts),
        _leading_finding(guidance.facts, breasts),
    )


def _effective_category(facts: Facts) -> str | None:
    """Return the highest of overall and per-breast assessments (section 7)."""
    assessed = (facts.assessment_overall, facts.assessment_left, facts.assessment_right)
    return highest_driving(tuple(None if category == "MP" else category for category in assessed))


def _leading_finding(facts: Facts, breasts: tuple[BreastGuidance, ...]) -> Finding | None:
    """Return the finding that a summary names: the one that drives the leading breast."""
    if not breasts:
        return facts.findings[0] if facts.findings else None
    ids = breasts[0].driving_finding_ids or breasts[0].finding_ids
    return next((finding for finding in facts.findings if finding.finding_id in ids), None)


def usual_categories(case: Case, breast: BreastGuidance | None) -> str:
    """Name what is usual for a breast; a recall where its driving category is 0A."""
    if breast is None:
        return ""
    expected = case.words.tables["expected"]
    incomplete = breast.assessment in ("0", "0A", "0P")
    if breast.driving_category == "0A" and not incomplete:
        return expected["recall"]
    return category_list(breast.expected, case.words) if breast.expected else ""


def category_words(case: Case, category: str | None) -> str:
    """Name a category by its number."""
    return case.words.tables["category"][category] if category else case.words.words["no_category"]


def step_words(case: Case, step: Step, side: str = "") -> str:
    """Name a step as in "next is ...", with its breast unless that is ``side``, already said, or in
    doubt."""
    texts, words = case.words.steps[step.action], case.words.words
    named = texts.next.format_map(step_slots(step, case.words))
    if step.side == "both" and step.kind.side == "one":
        return words["in_breast"].format(step=named, breast=case.words.tables["breast"]["both"])
    one = step.side in ("left", "right") and step.side != side and not side_in_doubt(case.guidance)
    if one or step.action == "diagnostic_mammogram_bilateral":
        breast = case.words.tables["breast"][step.side or "missing"]
        return words["in_breast"].format(step=named, breast=breast)
    return named


def then_words(case: Case, limit: int, side: str) -> Iterator[str]:
    """Yield the clause "; next is ..." of a summary, with ``limit`` steps down to one.

    ``side`` is the side that the summary has named already. No step at all, or a limit of 0: an
    empty clause.
    """
    words = case.words.words
    if limit == 0:
        yield ""
        return
    if case.guidance.facts.deceased:
        yield words["then_deceased"]
        return
    by_action: dict[str, list[Step]] = {}
    for step in case.steps:
        if not step.ordered:
            by_action.setdefault(step.action, []).append(step)
    named = [
        step_words(case, same[0], side if len(same) == 1 else same[0].side or "")
        for same in by_action.values()
    ]
    for count in range(min(limit, len(named)), 0, -1):
        yield words["then"].format(steps=joined(named[:count], words["and"]))
    if not named:
        yield ""


def _worst_side(case: Case) -> str:
    facts, worst = case.guidance.facts, case.effective
    if worst is None or facts.assessment_left == facts.assessment_right:
        sides = {finding.laterality for finding in facts.findings}
        only = sides.pop() if len(sides) == 1 else ""
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


def case_slots(case: Case) -> dict[str, str]:
    """Return the slots that every text of this report may use (rule slots come on top)."""
    facts, words = case.guidance.facts, case.words
    tables, breast, finding = words.tables, case.breast, case.leading
    found = finding_words(finding, words) if finding else ""
    short = finding_words(finding, words, noun=False) if finding else ""
    worst = category_words(case, case.effective)
    expected = usual_categories(case, breast)
    assessed = (breast.assessment if breast else facts.assessment_overall) or ""
    category = category_words(case, assessed or None)
    side = _worst_side(case)
    cancer_side = _cancer_side(case)
    mastectomy = {"none": "", "both": "both"}.get(facts.mastectomy_side, facts.mastectomy_side)
    return {
        "cancer_breast": tables["breast"][cancer_side],
        "cancer_side": cancer_side,
        "finding_side": finding.laterality if finding else "",
        "finding": found,
        "Finding": capital(found),
        "Short": capital(short),
        "category": category,
        "Category": capital(category),
        "number": assessed[:1] if assessed in ("0A", "0P") else assessed,
        "expected": expected,
        "Expected": capital(expected),
        "worst": worst,
        "Worst": capital(worst),
        "worst_side": tables["side"][side] if side else "",
        "worst_breast": tables["breast"][side or "missing"],
        "left_category": facts.assessment_left or "",
        "right_category": facts.assessment_right or "",
        "overall": category_words(case, facts.assessment_overall),
        "previous": category_words(case, facts.previous_assessment),
        "prior": category_words(case, facts.prior_assessment),
        "act": tables["act"][case.moment],
        "interval": interval_words(case.guidance.follow_up_interval, words.language),
        "coded_interval": interval_words(facts.recommended_interval, words.language),
        "recommendation_breast": tables["breast"][facts.recommendation_side or "missing"],
        "mastectomy": tables["breast"][mastectomy] if mastectomy else "",
    }


def rule_slots(case: Case, rule: FiredRule) -> Mapping[str, str]:
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
