"""The report under judgement: facts with section 2 and 4 applied, and the trace of what fired."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from cards.facts import Facts, Finding
from cards.guidance.catalogue import fired
from cards.guidance.categories import SUSPICIOUS, highest_driving
from cards.guidance.guidance import FiredRule, Inputs
from cards.guidance.normalise import Normal, normalise
from cards.guidance.switches import switches_in_force
from cards.guidance.vocabulary import CANCER_FOUND, SIDE_BITS
from cards.policy import Policy


class Report:
    """One report while it is judged. Built once an ``assess``; nothing of it outlives that call.

    ``overall``, ``left`` and ``right`` are the assessments that count (MP on an exam that is no
    marker placement counts as none), ``effective`` is the highest of them (section 7),
    ``cancer_sides`` the bit set of breasts with a known cancer, findings included (section 2.1).
    """

    __slots__ = (
        "actions",
        "cancer_sides",
        "effective",
        "facts",
        "findings",
        "left",
        "normal",
        "overall",
        "policy",
        "right",
        "switches",
        "trace",
    )

    def __init__(self, facts: Facts, policy: Policy) -> None:
        self.facts = facts
        self.policy = policy
        self.switches = switches_in_force(policy)
        self.findings = in_order(facts.findings)
        marker = facts.exam_type == "marker_placement"
        self.overall = counts(facts.assessment_overall, marker)
        self.left = counts(facts.assessment_left, marker)
        self.right = counts(facts.assessment_right, marker)
        self.effective = None if marker else highest_driving((self.overall, self.left, self.right))
        self.cancer_sides = known_cancer_sides(facts, self.findings)
        treated = SIDE_BITS[facts.bct_side]
        compared = facts.comparison_status == "compared"
        self.normal: tuple[Normal, ...] = tuple(
            [
                normalise(finding, compared, facts.surveillance_step, self.cancer_sides, treated)
                for finding in self.findings
            ]
        )
        self.trace: list[FiredRule] = []
        self.actions: set[str] = set()

    @property
    def conflict(self) -> bool:
        """Tell whether codings name different categories, so that none of them is judged."""
        return self.facts.assessment_conflict

    @property
    def suspicious(self) -> bool:
        """Tell whether the effective category is 4x or 5."""
        return self.effective in SUSPICIOUS

    @property
    def treated_for_cancer(self) -> bool:
        """Tell whether a breast was treated, or cancer stands in the history."""
        return self.facts.bct_side != "none" or self.facts.personal_history_breast_cancer

    @property
    def ordered_facts(self) -> Facts:
        """Give the facts with their findings in order."""
        if self.findings == self.facts.findings:
            return self.facts
        return replace(self.facts, findings=self.findings)

    def shown(self, names: tuple[str, ...]) -> Inputs:
        """Give inputs for the trace by name: facts, the site's profile, and what counts of them.

        ``assessment`` is the effective category, ``known_cancer_side`` includes the findings.
        """
        return {name: self._value(name) for name in names}

    def _value(self, name: str) -> object:
        if name == "assessment":
            return self.effective
        if name == "known_cancer_side":
            return _SIDES[self.cancer_sides]
        return getattr(self.policy if name == "guideline_profile" else self.facts, name)

    def fire(
        self,
        rule_id: str,
        inputs: Inputs,
        indicator: str | None = None,
        finding_id: str | None = None,
        side: str | None = None,
    ) -> None:
        """Add a rule that applied to the trace."""
        self.trace.append(fired(rule_id, inputs, indicator, finding_id, side))


_SIDES: Final = ("none", "left", "right", "both")


def counts(assessment: str | None, marker_placement: bool) -> str | None:
    """Return the assessment that counts: MP is one only after a marker was placed (section 6)."""
    return None if assessment == "MP" and not marker_placement else assessment


def known_cancer_sides(facts: Facts, findings: tuple[Finding, ...]) -> int:
    """Return the breasts with a known cancer: as coded, and the side of each proven finding."""
    sides = SIDE_BITS[facts.known_cancer_side]
    for finding in findings:
        if finding.is_known_cancer or finding.biopsy_result in CANCER_FOUND:
            sides |= SIDE_BITS.get(finding.laterality, 3)
    return sides


def in_order(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings by id (F2 before F10), so that the order they came in does not matter."""
    if len(findings) < 2:
        return findings
    if all(finding.finding_id == f"F{number}" for number, finding in enumerate(findings, 1)):
        return findings  # as the reader numbers them
    # Two findings of one id stand in an order of their own, too; the reader never makes such.
    return tuple(sorted(findings, key=lambda finding: (_place(finding.finding_id), repr(finding))))


def _place(finding_id: str) -> tuple[int, str]:
    digits = finding_id.lstrip("F")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else -1
    return number, finding_id
