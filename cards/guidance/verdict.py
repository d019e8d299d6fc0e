"""Section 6: the verdict of one judged breast, steps V0 to V12."""

from __future__ import annotations

from typing import Final

from cards.guidance.breasts import Breast
from cards.guidance.categories import (
    ASSESSMENTS,
    BIT,
    CATEGORIES,
    INCOMPLETE,
    NAMES,
    RANK_2,
    RANK_3,
    RANK_4A,
    RANK_4C,
    SUSPICIOUS,
    nearest_rank,
)
from cards.guidance.guidance import Inputs
from cards.guidance.report import Report
from cards.guidance.table_cells import actions, firing_rule, interval
from cards.guidance.table_files import BrokenTable, Row, read_rows
from cards.guidance.vocabulary import INDICATORS, VERDICTS
from cards.value_class import value_class


@value_class
class Outcome:
    """One row of ``verdicts.csv``."""

    name: str
    rule: str | None
    verdict: str
    indicator: str
    driving: str
    driving_screening: str
    driving_unknown: str
    interval: str | None
    actions: tuple[str, ...]


_OUTCOMES = (
    *("known_cancer_called_4_or_5", "known_cancer_called_below", "second_suspicious_beside_6"),
    *("known_cancer_6", "known_cancer_6_beside_3", "six_without_cancer_suspicious", "six_without_cancer"),
    *("zero_of_unknown_kind", "recall_explained", "recall_unexplained", "incomplete_after_work_up"),
    *("three_on_screening", "nothing_evaluable", "nothing_evaluable_3"),
    *("biopsy_from_screening_refused", "biopsy_from_screening", "biopsy_from_screening_benign"),
    *("partly_evaluable", "partly_evaluable_3", "fits", "above_for_another_reason", "in_tolerated"),
    *("one_for_a_benign_finding", "one_step_off", "steps_below", "steps_above"),
    *("benign_call_of_suspicious", "benign_call_of_3", "three_call_of_suspicious", "three_call_of_4c"),
    *("biopsy_of_3", "above"),
)
_COLUMNS = (
    *("outcome", "step", "rule", "verdict", "indicator", "driving", "driving_screening", "driving_unknown"),
    *("interval", "actions"),
)
_DRIVING = (*ASSESSMENTS, "assigned", "lowest", "verify_pathology")


def _outcome(row: Row) -> Outcome:
    return Outcome(
        row["outcome"],
        None if row["rule"] == "-" else firing_rule(row),
        row.one_of("verdict", (*VERDICTS, "-")),
        row.one_of("indicator", (*INDICATORS, "switch")),
        row.one_of("driving", _DRIVING),
        row.one_of("driving_screening", (*_DRIVING, "")) or row["driving"],
        row.one_of("driving_unknown", (*_DRIVING, "")) or row["driving"],
        interval(row),
        actions(row),
    )


def load_verdicts(text: str | None = None) -> dict[str, Outcome]:
    """Read ``verdicts.csv``; raises BrokenTable, also when an outcome is missing."""
    outcomes: dict[str, Outcome] = {}
    rows = read_rows("verdicts.csv", _COLUMNS, text)
    for row in rows:
        name = row.one_of("outcome", _OUTCOMES)
        if name in outcomes:
            raise row.refuse(f"{name} stands twice")
        outcomes[name] = _outcome(row)
    missing = [name for name in _OUTCOMES if name not in outcomes]
    if missing:
        raise BrokenTable("verdicts.csv", rows[-1].line, f"{missing[0]} is missing")
    return outcomes


OUTCOMES: Final = load_verdicts()


@value_class
class Verdict:
    """The verdict of a judged breast and what it drives."""

    verdict: str
    driving: str | None
    interval: str | None = None
    actions: tuple[str, ...] = ()


NOT_APPLICABLE: Final = Verdict("not_applicable", None)


def verdict(breast: Breast, report: Report) -> Verdict:
    """Judge one breast and fire the rule of the step that decides."""
    assessment = breast.assessment
    if assessment is None or not breast.judged:
        return NOT_APPLICABLE
    if assessment == "0":
        _fire("zero_of_unknown_kind", breast, report)
    name = _deciding_step(breast, report, assessment)
    _fire(name, breast, report)
    outcome = OUTCOMES[name]
    if report.facts.exam_type == "screening" and outcome.rule in ("R-CC-01", "R-CC-02", "R-CC-03"):
        report.fire(
            "R-EX-01", {"exam_type": "screening", "assessment": assessment}, "info", None, breast.side
        )
    return Verdict(
        outcome.verdict, _driving(outcome, breast, report, assessment), outcome.interval, outcome.actions
    )


def _deciding_step(breast: Breast, report: Report, assessment: str) -> str:
    exam = report.facts.exam_type
    known = _beside_known_cancer(breast, report, assessment)
    if known is not None:
        return known
    if assessment == "6":
        return _six(breast)
    if assessment in INCOMPLETE:
        return _incomplete(breast, report, exam)
    if assessment == "3" and exam == "screening":
        return "three_on_screening"
    if not breast.sets:
        return "nothing_evaluable_3" if assessment == "3" else "nothing_evaluable"
    if assessment in SUSPICIOUS and exam == "screening":
        return _biopsy_from_screening(breast, report)
    name = _compare(breast, report, assessment)
    if breast.unevaluable and assessment in ("1", "2", "3") and OUTCOMES[name].verdict != "under_called":
        return "partly_evaluable_3" if assessment == "3" else "partly_evaluable"
    return name


def _beside_known_cancer(breast: Breast, report: Report, assessment: str) -> str | None:
    """V0 and V0b."""
    if not breast.known_cancers:
        return None
    if assessment in SUSPICIOUS:
        alone = not breast.sets and not breast.unevaluable
        harmless = not breast.unevaluable and breast.highest <= RANK_2
        if alone or (harmless and not breast.other(report, known_cancer_features=False)):
            return "known_cancer_called_4_or_5"
    elif assessment in ("1", "2", "3") and breast.lowest < RANK_3:
        return "known_cancer_called_below"
    return None


def _six(breast: Breast) -> str:
    """V1a to V1c."""
    suspicious = breast.lowest >= RANK_4A
    if not breast.cancer_known:
        return "six_without_cancer_suspicious" if suspicious else "six_without_cancer"
    if suspicious:
        return "second_suspicious_beside_6"
    return "known_cancer_6_beside_3" if breast.lowest == RANK_3 else "known_cancer_6"


def _incomplete(breast: Breast, report: Report, exam: str) -> str:
    """V2b and V2c."""
    if exam not in ("screening", "unknown"):
        return "incomplete_after_work_up"
    explained = not breast.sets or breast.highest >= RANK_3 or breast.other(report)
    return "recall_explained" if explained else "recall_unexplained"


def _biopsy_from_screening(breast: Breast, report: Report) -> str:
    """V5."""
    if report.switches["screening_category_4_5"] == "not_permitted":
        return "biopsy_from_screening_refused"
    if breast.other(report) or breast.highest > RANK_2:
        return "biopsy_from_screening"
    return "biopsy_from_screening_benign"


def _compare(breast: Breast, report: Report, assessment: str) -> str:
    """V6 to V12 for an assessment from 1 to 5."""
    lowest, highest = breast.lowest, breast.highest
    rank = nearest_rank(assessment, lowest, highest)
    if lowest <= rank <= highest:
        return "fits"
    if rank > highest and breast.other(report):
        return "above_for_another_reason"
    if BIT[CATEGORIES[rank]] & breast.tolerated:
        return "in_tolerated"
    if rank < lowest:
        return _below(rank, lowest)
    if highest >= RANK_4A:
        return "one_step_off" if rank - highest == 1 else "steps_above"
    return "biopsy_of_3" if highest == RANK_3 and assessment in ("4", "4A", "4B") else "above"


def _below(rank: int, lowest: int) -> str:
    """V9, V10 and V11 for an assessment below the lowest expected category."""
    if rank >= RANK_4A:
        return "one_step_off" if lowest - rank == 1 else "steps_below"
    if lowest < RANK_3:
        return "one_for_a_benign_finding"
    if rank == RANK_3:
        return "three_call_of_4c" if lowest >= RANK_4C else "three_call_of_suspicious"
    return "benign_call_of_suspicious" if lowest >= RANK_4A else "benign_call_of_3"


def _driving(outcome: Outcome, breast: Breast, report: Report, assessment: str) -> str:
    exam = report.facts.exam_type
    driving = outcome.driving
    if exam == "screening":
        driving = outcome.driving_screening
    elif exam == "unknown":
        driving = outcome.driving_unknown
    if driving == "assigned":
        return assessment
    return CATEGORIES[breast.lowest] if driving == "lowest" else driving


# Outcomes that rest on a known cancer, and those that rest on *other*, say so in the trace.
_ABOUT_CANCER: Final = frozenset(
    {
        *("known_cancer_called_4_or_5", "known_cancer_called_below", "second_suspicious_beside_6"),
        *("known_cancer_6", "known_cancer_6_beside_3", "six_without_cancer_suspicious", "six_without_cancer"),
    }
)
_ABOUT_OTHER: Final = frozenset(
    {"known_cancer_called_4_or_5", "recall_explained", "biopsy_from_screening", "above_for_another_reason"}
)


def _fire(name: str, breast: Breast, report: Report) -> None:
    outcome = OUTCOMES[name]
    indicator = outcome.indicator
    if indicator == "switch":
        indicator = str(report.switches["category6_missing_pathology"])
    inputs: Inputs = {
        "assessment": breast.assessment,
        "expected": NAMES[breast.expected] if breast.sets else None,
        "tolerated": NAMES[breast.tolerated] if breast.sets else None,
        "exam_type": report.facts.exam_type,
    }
    if name in _ABOUT_CANCER:
        inputs["known_cancer_side"] = report.shown(("known_cancer_side",))["known_cancer_side"]
    if name in _ABOUT_OTHER:
        inputs["other_suspicious_finding"] = report.facts.other_suspicious_finding
        inputs["associated_features"] = tuple(
            sorted({feature for one in breast.judged for feature in one.raw.associated_features})
        )
        inputs["biopsied_findings"] = tuple([one.id for one in breast.biopsied])
    if outcome.rule is not None:
        report.fire(outcome.rule, inputs, indicator, None, breast.side)
        return
    for rule_id in dict.fromkeys([entry.unreadable for entry in breast.unevaluable]):
        if rule_id is not None:
            report.fire(rule_id, inputs, indicator, None, breast.side)
