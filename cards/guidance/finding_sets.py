"""Section 5.3: expected and tolerated categories of one finding, steps C to I."""

from __future__ import annotations

from typing import Final

from cards.facts import FINDING_MEMBERS
from cards.guidance.categories import BELOW_4B, NONE, ONE, TWO
from cards.guidance.conditional import Situation, conditional_candidate
from cards.guidance.guidance import Inputs
from cards.guidance.normalise import Normal
from cards.guidance.report import Report
from cards.guidance.special_sets import MARKED, SPECIAL
from cards.guidance.suspicious import Surroundings, suspicious_candidate
from cards.guidance.winner import winner
from cards.value_class import value_class


@value_class
class Sets:
    """Expected and tolerated sets of one finding; ``expected`` is empty when not evaluable.

    ``unreadable`` are the data-quality rules that explain why it is not (R-DQ-03, R-DQ-05).
    """

    finding: Normal
    expected: int
    tolerated: int
    unreadable: str | None = None


def finding_sets(finding: Normal, report: Report) -> Sets:
    """Judge one finding that is no known cancer and has no pathology; fires what applied."""
    if finding.change == "resolved":
        return _special(finding, report, "resolved", "R-CH-07", {"change": "resolved"})
    if _implant_capsule(finding):
        inputs: Inputs = {
            "location_context": "implant_capsule",
            "morphology": finding.raw.morphology,
        }
        return _special(finding, report, "implant_capsule", "R-CX-06", inputs)
    if not finding.suspicious:
        if finding.unmapped:
            return Sets(finding, NONE, NONE, "R-DQ-05")
        if not (finding.conditional or finding.benign):
            inputs = {"morphology": finding.raw.morphology}
            report.fire("R-DQ-03", inputs, "info", finding.id)
            return Sets(finding, NONE, NONE, "R-DQ-03")
    expected, tolerated = _candidates(finding, report)
    if finding.raw.associated_features:
        expected, tolerated = _with_features(finding, report, expected, tolerated)
    _explain(finding, report)
    return Sets(finding, expected, tolerated & ~expected)


def _special(finding: Normal, report: Report, step: str, rule_id: str, inputs: Inputs) -> Sets:
    report.fire(rule_id, inputs, None, finding.id)
    expected, tolerated = SPECIAL[step]
    return Sets(finding, expected, tolerated)


def _implant_capsule(finding: Normal) -> bool:
    """Step D."""
    if finding.raw.location_context != "implant_capsule":
        return False
    return (
        all(name == "coarse_heterogeneous" for name in finding.suspicious)
        and not finding.conditional
        and not finding.unmapped
        and not finding.near
        and not finding.raw.associated_features
        and finding.change_class != "active"
        and finding.distribution not in ("linear", "segmental")
    )


def _candidates(finding: Normal, report: Report) -> tuple[int, int]:
    """Step G."""
    sets: list[tuple[int, int]] = []
    inputs: Inputs = {
        "morphology": finding.raw.morphology,
        "distribution": finding.raw.distribution,
        "change": finding.change,
        "stability_months": finding.months,
    }
    if finding.suspicious:
        around = _surroundings(finding, report)
        for morphology in finding.suspicious:
            candidate = suspicious_candidate(morphology, around, report.switches)
            sets.append((candidate.expected, candidate.tolerated))
            _fire_all(finding, report, candidate.rules, inputs)
    if finding.conditional:
        expected, tolerated, rules = conditional_candidate(
            Situation(
                finding.near,
                finding.bed,
                finding.treated,
                finding.distribution,
                finding.change_class,
                finding.raw.symmetry == "bilateral_similar",
            ),
            report.switches,
            male=report.facts.sex == "male",
            high_risk=report.facts.risk_level == "high",
            unilateral=finding.raw.symmetry == "unilateral",
        )
        sets.append((expected, tolerated))
        _fire_all(finding, report, rules, inputs)
    if not sets:
        return _typically_benign(finding, report, inputs)
    expected, tolerated, _ = winner(sets)
    return expected, tolerated


def _surroundings(finding: Normal, report: Report) -> Surroundings:
    facts = report.facts
    stable = finding.change in ("stable", "decreasing")
    return Surroundings(
        finding.distribution,
        finding.change_class,
        (finding.months or 0) if stable else 0,
        finding.near,
        finding.treated,
        finding.bed,
        finding.raw.laterality == "bilateral" or finding.raw.symmetry == "bilateral_similar",
        facts.age_years is not None and facts.age_years >= 50 and not report.treated_for_cancer,
        bool(finding.conditional),
    )


# What a rule looks at beside the descriptors of the finding.
_MORE_INPUTS: Final[dict[str, tuple[str, ...]]] = {
    "R-CX-01": ("near_known_cancer", "known_cancer_side"),
    "R-CX-03": ("location_context",),
    "R-CX-04": ("location_context",),
    "R-CX-05": ("bct_side",),
    "R-CX-08": ("sex",),
    "R-CX-11": ("symmetry",),
    "R-CX-12": ("risk_level",),
    "R-AG-04": ("symmetry",),
    "R-MO-06": ("age_years", "symmetry"),
}


def _seen(finding: Normal, report: Report, names: tuple[str, ...]) -> dict[str, object]:
    return {
        name: getattr(finding.raw, name) if name in FINDING_MEMBERS else report.shown((name,))[name]
        for name in names
    }


def _fire_all(finding: Normal, report: Report, rules: tuple[str, ...], inputs: Inputs) -> None:
    for rule_id in rules:
        more = _MORE_INPUTS.get(rule_id)
        seen = inputs if more is None else {**inputs, **_seen(finding, report, more)}
        report.fire(rule_id, seen, None, finding.id)


def _typically_benign(finding: Normal, report: Report, inputs: Inputs) -> tuple[int, int]:
    """Section 5.6."""
    unclear = (
        finding.bed
        or report.switches["typically_benign_category3"] == "tolerate_all"
        or any(shape in MARKED["still_forming"] for shape in finding.benign)
    )
    report.fire("R-MO-01", inputs, None, finding.id)
    if finding.bed:
        _fire_all(finding, report, ("R-CX-02",), {**inputs, "location_context": "lumpectomy_bed"})
    return SPECIAL["typically_benign_unclear" if unclear else "typically_benign"]


def _with_features(finding: Normal, report: Report, expected: int, tolerated: int) -> tuple[int, int]:
    """Step H."""
    features = finding.raw.associated_features
    report.fire("R-CX-09", {"associated_features": features}, "info", finding.id)
    if finding.suspicious:
        return expected & ~BELOW_4B or SPECIAL["nothing_left_suspicious"][0], NONE
    if finding.conditional and any(feature in MARKED["telling_feature"] for feature in features):
        expected &= ~(ONE | TWO)
        tolerated &= ~(ONE | TWO)
        return expected or SPECIAL["nothing_left_conditional"][0], tolerated
    return expected, tolerated


def _explain(finding: Normal, report: Report) -> None:
    """Step I, and step g of section 5.4."""
    if finding.suspicious and finding.change in ("stable", "decreasing"):
        inputs: Inputs = {"change": finding.change, "stability_months": finding.months}
        report.fire("R-CH-05", inputs, None, finding.id)
    if finding.distribution == "not_stated" and (finding.suspicious or finding.conditional):
        report.fire("R-DQ-04", {"distribution": finding.raw.distribution}, None, finding.id)
    if finding.suspicious and finding.raw.location_context == "implant_capsule":
        inputs = {"location_context": "implant_capsule", "morphology": finding.raw.morphology}
        report.fire("R-CX-07", inputs, None, finding.id)
    if finding.conditional and not finding.suspicious and finding.change_class == "stable_unknown":
        for entry in reversed(report.trace):  # its own rules are the last ones that fired
            if entry.finding_id != finding.id:
                break
            if entry.id == "R-DQ-10":
                return
        report.fire("R-DQ-10", {"change": "stable", "stability_months": None}, None, finding.id)
