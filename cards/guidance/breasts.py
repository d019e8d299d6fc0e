"""Section 6, first part: which findings are judged against which assessment, and their sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cards.facts import Finding
from cards.guidance.categories import HIGHEST, LOWEST, NONE
from cards.guidance.finding_sets import Sets
from cards.guidance.normalise import Normal
from cards.guidance.report import Report
from cards.guidance.vocabulary import BREAST_BIT
from cards.guidance.winner import winner


class Breast:
    """The findings judged against one assessment: those of a breast, or of the report.

    ``place`` is left, right, whole (all findings against the overall assessment) or rest (those
    that lie in no assessed breast). ``lowest`` and ``highest`` are ranks, -1 when nothing is
    evaluable: the lowest expected category of the winners, the highest of all.
    """

    __slots__ = (
        "assessment",
        "biopsied",
        "cancer_known",
        "driving_ids",
        "expected",
        "findings",
        "highest",
        "judged",
        "known_cancers",
        "lowest",
        "place",
        "sets",
        "side",
        "tolerated",
        "unevaluable",
    )

    def __init__(
        self,
        place: str,
        assessment: str | None,
        findings: tuple[Normal, ...],
        all_sets: Mapping[int, Sets],
        report: Report,
    ) -> None:
        self.place = place
        self.assessment = assessment
        self.findings = findings
        self.side = side_of(place, findings)
        biopsied: list[Normal] = []
        judged: list[Normal] = []
        known_cancers: list[Normal] = []
        self.sets: list[Sets] = []
        self.unevaluable: list[Sets] = []
        for one in findings:
            raw = one.raw
            if raw.biopsy_result is not None:
                biopsied.append(one)
                continue
            judged.append(one)
            if raw.is_known_cancer:
                known_cancers.append(one)
                continue
            entry = all_sets[id(one)]
            if entry.expected:
                self.sets.append(entry)
            else:
                self.unevaluable.append(entry)
        self.biopsied = tuple(biopsied)
        self.judged = tuple(judged)
        self.known_cancers = tuple(known_cancers)
        if place in ("whole", "rest"):
            self.cancer_known = report.cancer_sides != 0
        else:
            self.cancer_known = bool(report.cancer_sides & BREAST_BIT[place])
        self.expected, self.tolerated, self.lowest, self.highest = NONE, NONE, -1, -1
        self.driving_ids: tuple[str, ...] = tuple([one.id for one in self.known_cancers])
        if self.sets:
            pairs = [(entry.expected, entry.tolerated) for entry in self.sets]
            self.expected, self.tolerated, tied = winner(pairs)
            self.lowest = LOWEST[self.expected]
            for expected, _ in pairs:
                self.highest = max(self.highest, HIGHEST[expected])
            self.driving_ids = tuple([self.sets[place_].finding.id for place_ in tied])

    def other(self, report: Report, *, known_cancer_features: bool = True) -> bool:
        """Tell whether something else may explain the assessment (*other* of section 6)."""
        return (
            report.facts.other_suspicious_finding
            or bool(self.biopsied)
            or any(
                one.raw.associated_features and (known_cancer_features or not one.raw.is_known_cancer)
                for one in self.judged
            )
        )


def side_of(place: str, findings: Sequence[Normal]) -> str:
    """Return left, right, bilateral, or missing when a side is missing and it cannot be told."""
    if place in BREAST_BIT:
        return place
    bits = 0
    missing = False
    for one in findings:
        if one.raw.laterality == "missing":
            missing = True
        else:
            bits |= one.sides
    if bits == 3:
        return "bilateral"
    if missing or bits == 0:
        return "missing"
    return "left" if bits == 1 else "right"


def lies_in(finding: Normal, breast: str) -> bool:
    """Tell whether a finding is judged in a breast: its side, bilateral or missing.

    A known cancer counts for its own side or when bilateral.
    """
    raw: Finding = finding.raw
    known_cancer = raw.is_known_cancer and raw.biopsy_result is None
    if known_cancer and raw.laterality == "missing":
        return False
    return bool(finding.sides & BREAST_BIT[breast])


def judged_breasts(report: Report, all_sets: Mapping[int, Sets]) -> tuple[Breast, ...]:
    """Part the findings by the assessments that are coded."""
    coded = [(side, value) for side, value in (("left", report.left), ("right", report.right)) if value]
    if not coded:
        return (Breast("whole", report.overall, report.normal, all_sets, report),)
    breasts = []
    for side, value in coded:
        inside = tuple([one for one in report.normal if lies_in(one, side)])
        if inside:
            breasts.append(Breast(side, value, inside, all_sets, report))
    rest = tuple([one for one in report.normal if not any(lies_in(one, side) for side, _ in coded)])
    if rest:
        breasts.append(Breast("rest", report.overall, rest, all_sets, report))
    return tuple(breasts)
