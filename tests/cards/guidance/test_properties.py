"""Section 19: what holds for every report, whatever the switches."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from hypothesis import assume, given
from hypothesis import strategies as st

from cards.guidance import RULES, Guidance, assess, guidance_json
from cards.guidance.categories import BIT, DRIVING_RANK, INCOMPLETE, LOWEST, RANK, RANK_4A, SUSPICIOUS, set_of
from cards.guidance.normalise import MORPHOLOGY
from cards.guidance.report import Report
from cards.guidance.vocabulary import BREAST_BIT, INDICATOR_RANK, SUSPICIOUS_MORPHOLOGY, VERDICT_RANK
from tests.cards.guidance.cases import TODAY
from tests.cards.guidance.reports import EXAMPLES, Case, cases
from tests.cards.guidance.reports import MORPHOLOGY as DRAWN

STOPS = frozenset({"R-SC-01", "R-SC-02", "R-SC-05", "R-SC-06"})
OPEN = INCOMPLETE | SUSPICIOUS


def judged(case: Case) -> Guidance:
    """Judge a case with all that reading said."""
    return assess(
        case.facts,
        case.policy,
        TODAY,
        incomplete=case.incomplete,
        unreadable=case.unreadable,
        described_uncoded=case.described_uncoded,
    )


def ids(guidance: Guidance) -> set[str]:
    """Name the rules that fired."""
    return {rule.id for rule in guidance.rules}


def living(case: Case) -> Case:
    """Put ``deceased`` and ``mastectomy_side`` back to their defaults."""
    return case._replace(facts=replace(case.facts, deceased=False, mastectomy_side="none"))


def not_stopped(case: Case, guidance: Guidance) -> bool:
    """Tell whether a run was neither stopped nor in conflict."""
    return not (STOPS & ids(guidance)) and not case.facts.assessment_conflict


def lowest(expected: tuple[str, ...] | None) -> int:
    """Give the rank of the lowest expected category, -1 when nothing is evaluable."""
    return LOWEST[set_of(expected)] if expected and expected != ("6",) else -1


@EXAMPLES
@given(cases)
def test_a_judged_4_or_5_gets_a_biopsy(case: Case):
    """1: an assessment 4x or 5 without a known cancer on that side always yields image_guided_biopsy."""
    case = living(case)
    guidance = judged(case)
    assume(not_stopped(case, guidance))
    report = Report(case.facts, case.policy)
    for breast in guidance.breasts:
        if breast.concordance == "not_applicable" or breast.assessment not in SUSPICIOUS:
            continue
        if report.cancer_sides & BREAST_BIT.get(breast.side, 3):
            continue
        assert "image_guided_biopsy" in breast.actions
        assert "image_guided_biopsy" in guidance.actions


@EXAMPLES
@given(cases)
def test_a_benign_call_of_suspicious_descriptors_is_critical(case: Case):
    """2: lowest expected 4A or above with an untolerated assessment 1 or 2 always gives a critical card."""
    case = living(case)
    guidance = judged(case)
    assume(not_stopped(case, guidance))
    for breast in guidance.breasts:
        suspicious = lowest(breast.expected) >= RANK_4A and breast.concordance != "not_applicable"
        if (
            suspicious
            and breast.assessment in ("1", "2")
            and breast.assessment not in (breast.tolerated or ())
        ):
            assert guidance.max_indicator == "critical"
            assert ("R-CC-01", "critical") in {(rule.id, rule.indicator) for rule in guidance.rules}


@EXAMPLES
@given(cases, st.sampled_from(SUSPICIOUS_MORPHOLOGY), st.integers(0, 2))
def test_a_suspicious_shape_more_never_lowers_what_is_expected(case: Case, shape: str, place: int):
    """3: adding a suspicious morphology to a finding never lowers its lowest expected category."""
    case = living(case)
    assume(case.facts.findings)
    findings = list(case.facts.findings)
    place %= len(findings)
    findings[place] = replace(findings[place], morphology=(*findings[place].morphology, shape))
    before = judged(case)
    after = judged(case._replace(facts=replace(case.facts, findings=tuple(findings))))
    name = findings[place].finding_id
    was = [lowest(one.expected) for one in before.finding_expected if one.finding_id == name]
    becomes = [lowest(one.expected) for one in after.finding_expected if one.finding_id == name]
    assert len(was) == len(becomes)
    assert becomes >= was


UNREADABLE = st.sampled_from(
    ((), ("unspecified",), ("sparkly",), ("Punctate",), ("punctate", "sparkly"), ("rim", "sparkly"))
)


@EXAMPLES
@given(cases, UNREADABLE, UNREADABLE)
def test_an_unknown_shape_is_never_judged(case: Case, first: tuple[str, ...], second: tuple[str, ...]):
    """4: an unmapped or missing morphology alone is never concordant, under- or over-called."""
    shapes = [first, second, first]
    findings = tuple(
        replace(
            finding,
            morphology=shapes[number],
            is_known_cancer=False,
            distribution="grouped",
            change="not_compared" if finding.change == "resolved" else finding.change,
            location_context="none",
        )
        for number, finding in enumerate(case.facts.findings)
    )
    guidance = judged(case._replace(facts=replace(case.facts, findings=findings)))
    for breast in guidance.breasts:
        if breast.assessment not in INCOMPLETE | {"6"}:
            assert breast.concordance in ("not_evaluable", "not_applicable", "not_permitted")


@EXAMPLES
@given(cases)
def test_the_same_report_gets_the_same_answer_in_any_order_of_findings(case: Case):
    """5: running twice gives the same output, and the order of findings does not matter."""
    once = guidance_json(judged(case), case.policy, compact=False)
    assert guidance_json(judged(case), case.policy, compact=False) == once
    once.pop("facts")
    for findings in list(permutations(case.facts.findings))[1:]:
        again = guidance_json(judged(case._replace(facts=replace(case.facts, findings=findings))))
        again.pop("facts")
        assert again == once


@EXAMPLES
@given(cases, st.sampled_from(("cancelled", "entered_in_error")))
def test_a_withdrawn_report_gets_nothing_but_the_retraction(case: Case, status: str):
    """6: no output for cancelled or entered-in-error reports except the retraction."""
    guidance = judged(case._replace(facts=replace(case.facts, report_status=status)))
    mammogram = case.facts.exam_type != "not_mammography"
    assert guidance.actions == (("retract_earlier_guidance",) if mammogram else ())
    assert ids(guidance) == {"R-SC-02" if mammogram else "R-SC-05"}
    outputs = (guidance.finding_expected, guidance.report_expected, guidance.concordance, guidance.breasts)
    assert outputs == ((), None, "not_applicable", ())
    due = (guidance.follow_up_interval, guidance.lay_summary_due, guidance.resolution_due)
    assert due == (None, None, None)
    assert guidance.max_indicator == "none"


@EXAMPLES
@given(cases)
def test_no_interval_while_all_that_drives_is_open(case: Case):
    """7: the interval is null when every driving category is 0, 4, 5 or 6 and no other rule gives one."""
    case = living(case)
    guidance = judged(case)
    assume(not_stopped(case, guidance))
    fired = ids(guidance)
    beside_six = any("diagnostic_mammogram_unilateral" in one.actions for one in guidance.breasts
                     if one.driving_category == "6")  # fmt: skip
    from_overall = any(rule.id == "R-FU-03" and rule.side is None for rule in guidance.rules)
    driving = {one.driving_category for one in guidance.breasts} - {None}
    if driving <= OPEN | {"6"} and not (
        fired & {"R-PB-01", "R-PB-06", "R-PB-08"} or beside_six or from_overall
    ):
        assert guidance.follow_up_interval is None


@EXAMPLES
@given(cases)
def test_no_routine_mammogram_while_something_is_open(case: Case):
    """8: no routine mammogram while the effective or a driving category is 0, 4 or 5."""
    guidance = judged(case)
    effective = Report(case.facts, case.policy).effective
    driving = {one.driving_category for one in guidance.breasts}
    benign = ids(guidance) & {rule for rule in RULES if rule.startswith("R-PB-")} == {"R-PB-01"}
    all_biopsied = all(one.biopsy_result is not None for one in case.facts.findings)
    if case.facts.exam_type == "biopsy_correlation" and benign and all_biopsied:
        return
    if effective in OPEN or driving & OPEN:
        assert not {"screening_mammogram", "surveillance_mammogram"} & set(guidance.actions)


@EXAMPLES
@given(cases)
def test_attention_is_raised_never_lowered(case: Case):
    """R-SAFE: what drives is the assessment or above it, and never below the lowest expected category."""
    guidance = judged(case)
    fired = ids(guidance)
    for breast in guidance.breasts:
        driving, assessment = breast.driving_category, breast.assessment
        if driving is None or assessment is None or fired & {"R-CC-07", "R-CC-08"}:
            continue
        assert DRIVING_RANK[driving] >= DRIVING_RANK[assessment]
        if breast.concordance == "under_called" and breast.expected:
            low = breast.expected[0]
            assert driving in ("0A", "6", low)
            assert driving != "6" or lowest(breast.expected) < RANK["3"]
        if breast.concordance == "over_called":
            assert driving == assessment


@EXAMPLES
@given(cases)
def test_nothing_raises_and_every_answer_is_whole(case: Case):
    """9: no combination raises; rules, indicators, sets and flat fields agree with each other."""
    guidance = judged(case)
    ranks = []
    for rule in guidance.rules:
        assert rule.indicator in RULES[rule.id].indicators
        assert rule.citations == RULES[rule.id].citations
        assert rule.inputs
        ranks.append(INDICATOR_RANK[rule.indicator])
    assert INDICATOR_RANK[guidance.max_indicator] == max(ranks)
    assert list(guidance.actions) == sorted(set(guidance.actions))
    for breast in guidance.breasts:
        assert set(breast.actions) <= set(guidance.actions)
        assert set(breast.driving_finding_ids) <= set(breast.finding_ids)
        assert not set(breast.expected or ()) & set(breast.tolerated or ())
    for one in guidance.finding_expected:
        assert one.expected is None or one.expected == ("6",) or set(one.expected) <= set(BIT)
    if guidance.breasts and not case.facts.assessment_conflict:
        worst = min((one.concordance for one in guidance.breasts), key=VERDICT_RANK.__getitem__)
        assert guidance.concordance == worst
    assert guidance.max_indicator != "none" or STOPS & ids(guidance)


@EXAMPLES
@given(cases)
def test_a_part_of_the_data_is_never_met_with_silence(case: Case):
    """R-DQ-14 and R-DQ-15: incomplete or unreadable data always give at least an info."""
    guidance = judged(case._replace(incomplete=True, unreadable=True))
    silent = ids(guidance) & {"R-SC-02", "R-SC-05"}
    assert bool(silent) != (ids(guidance) >= {"R-DQ-14", "R-DQ-15"})
    assert (guidance.max_indicator == "none") == bool(silent)


def test_the_examples_reach_every_shape_of_the_model():
    """The bytes that examples are decoded from can spell every morphology that has a class."""
    classes = {MORPHOLOGY[name].cls for name in DRAWN if name in MORPHOLOGY}
    assert classes == {"suspicious", "conditional", "typically_benign", "no_class"}
    assert set(DRAWN) - set(MORPHOLOGY) == {"sparkly_local_code", "Punctate"}
