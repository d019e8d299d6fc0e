"""One report seen by the writer: which breast leads, what comes next, and the words for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from cards.facts import Facts, Finding
from cards.guidance.categories import DRIVING_RANK, highest_driving
from cards.guidance.guidance import BreastGuidance, FiredRule, Guidance
from cards.policy import Policy
from cards.reading.reading import Reading
from cards.value_class import value_class
from cards.writing.phrases import category_list, joined
from cards.writing.sentences import filled
from cards.writing.steps import Step, next_steps
from cards.writing.suggestions import step_text
from cards.writing.texts import Texts

INDICATOR_RANK: Final = {"none": 0, "info": 1, "warning": 2, "critical": 3}
# Report verdict order of section 6, worst first.
VERDICTS: Final = (
    "under_called",
    "not_permitted",
    "over_called",
    "not_evaluable",
    "tolerated",
    "concordant",
    "not_applicable",
)
_MOST_STEPS: Final = 3
_VERDICT_RANK: Final = {verdict: rank for rank, verdict in enumerate(VERDICTS)}


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
    fired: dict[str, FiredRule]
    effective: str | None
    leading: Finding | None

    @property
    def breast(self) -> BreastGuidance | None:
        """The breast with the worst verdict, then the highest category; None when none is judged."""
        return self.breasts[0] if self.breasts else None

    @property
    def side_in_doubt(self) -> bool:
        """Whether it is open which breast is meant, so that no step may name one."""
        return "R-DQ-01" in self.fired or "R-DQ-02" in self.fired

    def rule(self, *ids: str) -> FiredRule | None:
        """Return the first fired rule with one of ``ids``."""
        for rule_id in ids:
            found = self.fired.get(rule_id)
            if found is not None:
                return found
        return None


def citations_of(rules: Iterable[FiredRule]) -> tuple[str, ...]:
    """Return what rules rest on, each source once."""
    return tuple({citation: None for rule in rules for citation in rule.citations})


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
    fired = {rule.id: rule for rule in guidance.rules}
    return Case(
        guidance,
        reading,
        policy,
        words,
        moment,
        today,
        breasts,
        next_steps(guidance, reading.sources, today, fired),
        fired,
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
    for finding in facts.findings:
        if finding.finding_id in ids:
            return finding
    return None


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
    named = step_text(texts.next, step, case.words)
    if step.side == "both" and step.kind.side == "one":
        return filled(words["in_breast"], {"step": named, "breast": case.words.tables["breast"]["both"]})
    one = step.side in ("left", "right") and step.side != side and not case.side_in_doubt
    if one or step.action == "diagnostic_mammogram_bilateral":
        breast = case.words.tables["breast"][step.side or "missing"]
        return filled(words["in_breast"], {"step": named, "breast": breast})
    return named


def then_words(case: Case, room: int, side: str) -> str | None:
    """Return the clause "; next is ..." of a summary with three steps, two or one: as many as have room.

    ``side`` is the side that the summary has named already. No step at all: an empty clause. None
    when there is no room for one.
    """
    words = case.words.words
    if case.guidance.facts.deceased:
        clause = words["then_deceased"]
        return clause if len(clause) <= room else None
    by_action: dict[str, list[Step]] = {}
    for step in case.steps:
        if not step.ordered:
            by_action.setdefault(step.action, []).append(step)
    if not by_action:
        return ""
    named = [
        step_words(case, same[0], side if len(same) == 1 else same[0].side or "")
        for same in list(by_action.values())[:_MOST_STEPS]
    ]
    while named:
        clause = filled(words["then"], {"steps": joined(named, words["and"])})
        if len(clause) <= room:
            return clause
        named.pop()
    return None
