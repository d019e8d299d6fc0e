"""Draft orders against the latest guidance (R-OS-01 to R-OS-04), and what was advised last (section 17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cards.facts import Facts, Finding
from cards.guidance import FiredRule, assess
from cards.guidance.last_advice import last_advice
from cards.guidance.moments import for_moment
from cards.guidance.order_check import load_order_checks
from cards.guidance.table_files import table_text
from cards.policy import Policy
from cards.reading.reading import Biopsy, DraftOrder, LaterExam, Sources

EXAM, SIGNED, TODAY = date(2026, 3, 10), date(2026, 3, 11), date(2026, 5, 4)
RIGHT = Finding(laterality="right")
PROBABLY_BENIGN = Facts(
    exam_type="diagnostic",
    assessment_overall="3",
    recommendation=("short_interval_follow_up",),
    findings=(RIGHT,),
)
BENIGN = replace(
    PROBABLY_BENIGN,
    assessment_overall="2",
    recommendation=("routine_screening",),
    findings=(replace(RIGHT, morphology=("coarse_popcorn",)),),
)
RECALLED = Facts(
    exam_type="screening",
    assessment_overall="0A",
    recommendation=("additional_imaging",),
    findings=(replace(RIGHT, morphology=("amorphous",)),),
)
SUSPICIOUS = replace(
    RECALLED, exam_type="diagnostic", assessment_overall="4B", recommendation=("tissue_diagnosis",)
)


def order(
    kind: str, side: str | None = None, first: str | None = None, last: str | None = None
) -> DraftOrder:
    """A draft order wanted from ``first`` to ``last``, or on one day."""
    begin = None if first is None else date.fromisoformat(first)
    end = begin if last is None else date.fromisoformat(last)
    return DraftOrder(f"ServiceRequest/{kind}", kind, side, begin, end)


def checked(
    facts: Facts, *orders: DraftOrder, policy: Policy | None = None, **found: object
) -> list[FiredRule]:
    """The rules that draft orders fire beside a report of 10 March 2026, on 4 May."""
    days = {"exam_date": EXAM, "signed_date": SIGNED}
    sources = Sources(draft_orders=orders, **(days | found))  # type: ignore[arg-type]
    chosen = policy or Policy()
    guidance = for_moment(assess(facts, chosen, TODAY), sources, chosen, TODAY, "ordering")
    return [rule for rule in guidance.rules if rule.id.startswith("R-OS-")]


@pytest.mark.parametrize(
    ("facts", "draft", "expected"),
    [
        (PROBABLY_BENIGN, order("diagnostic", "right", "2026-08-26"), ["R-OS-01"]),
        (PROBABLY_BENIGN, order("diagnostic", "right", "2026-08-27", "2026-10-10"), []),
        (PROBABLY_BENIGN, order("diagnostic", "right", "2026-08-26", "2026-08-27"), []),
        (PROBABLY_BENIGN, order("mammogram", "bilateral", "2026-08-27"), []),
        (PROBABLY_BENIGN, order("diagnostic", "right", "2026-05-11"), ["R-OS-01"]),
        (PROBABLY_BENIGN, order("mammogram", "right", "2026-05-11"), ["R-OS-01"]),
        (PROBABLY_BENIGN, order("diagnostic", "right", "2026-10-10"), []),
        (PROBABLY_BENIGN, order("diagnostic", "right", "2026-10-11"), ["R-OS-02"]),
        (PROBABLY_BENIGN, order("diagnostic", "right"), []),
        (PROBABLY_BENIGN, order("diagnostic", "left", "2026-09-10"), ["R-OS-03"]),
        (PROBABLY_BENIGN, order("other_imaging", "left"), ["R-OS-03"]),
        (PROBABLY_BENIGN, order("other_imaging", "right"), []),
        (PROBABLY_BENIGN, order("biopsy", "right"), []),
        (PROBABLY_BENIGN, order("screening", None, "2027-03-10"), ["R-OS-04"]),
        (RECALLED, order("screening"), ["R-OS-04"]),
        (RECALLED, order("diagnostic", "right", "2026-05-18"), []),
        (RECALLED, order("diagnostic", "right", "2026-05-19"), ["R-OS-02"]),
        (SUSPICIOUS, order("screening"), ["R-OS-04"]),
        (SUSPICIOUS, order("biopsy", "right", "2026-05-18"), []),
        (SUSPICIOUS, order("biopsy", "right", "2026-05-19"), ["R-OS-02"]),
        (SUSPICIOUS, order("biopsy", "left", "2026-05-18"), ["R-OS-03"]),
        (SUSPICIOUS, order("diagnostic", "right", "2026-09-10"), ["R-OS-02"]),
        (BENIGN, order("screening", "bilateral", "2027-03-10"), []),
        (BENIGN, order("screening", "bilateral", "2027-02-08"), []),
        (BENIGN, order("screening", "bilateral", "2027-02-07"), ["R-OS-01"]),
        (BENIGN, order("screening", "bilateral", "2027-06-10"), []),
        (BENIGN, order("mammogram", "bilateral", "2027-06-11"), ["R-OS-02"]),
        (BENIGN, order("diagnostic", "left", "2026-05-05"), []),
    ],
)
def test_an_order_is_compared_with_what_comes_next(facts: Facts, draft: DraftOrder, expected: list[str]):
    """Too early, too late, the other side and screening in its place fire; everything else is silent."""
    assert [rule.id for rule in checked(facts, draft)] == expected


def test_a_wrong_side_is_critical_and_the_others_warn():
    """A procedure on the wrong side harms; a wrong date can be moved."""
    assert checked(SUSPICIOUS, order("biopsy", "left"))[0].indicator == "critical"
    assert checked(SUSPICIOUS, order("screening"))[0].indicator == "warning"
    assert checked(SUSPICIOUS, order("biopsy", "right", "2026-07-01"))[0].indicator == "warning"


def test_a_rule_says_which_order_and_which_advice():
    """The inputs name the order, its day, what comes next and when."""
    (fired,) = checked(PROBABLY_BENIGN, order("diagnostic", "right", "2026-12-01"))
    assert fired.inputs == {
        "order": "ServiceRequest/diagnostic",
        "order_kind": "diagnostic",
        "order_side": "right",
        "order_first": "2026-12-01",
        "category": "3",
        "event": "surveillance",
        "advised_sides": ("right",),
        "due": "2026-09-10",
        "overdue": "2026-10-10",
    }


def test_a_breast_with_a_category_of_its_own_may_be_ordered_for():
    """Another finding may be the reason: a category above 2 of that breast, or one without a side."""
    draft = order("biopsy", "left")
    other = replace(PROBABLY_BENIGN, assessment_left="4A", assessment_right="3", assessment_overall="4A")
    assert checked(other, draft) == []
    assert checked(replace(PROBABLY_BENIGN, other_suspicious_finding=True), draft) == []
    quiet = replace(other, assessment_left="2", assessment_overall="3")
    assert [rule.id for rule in checked(quiet, draft)] == ["R-OS-03"]


def test_an_order_for_a_removed_breast_is_questioned_whatever_was_advised():
    """No order fits a side with a mastectomy."""
    facts = replace(BENIGN, mastectomy_side="left")
    (fired,) = checked(facts, order("diagnostic", "left"))
    assert (fired.id, fired.inputs["mastectomy_side"]) == ("R-OS-03", "left")
    assert checked(facts, order("diagnostic", "right")) == []


def test_an_image_order_beside_the_biopsy_order_is_no_delay():
    """Follow-up images after a biopsy that is ordered as well are usual."""
    late = order("diagnostic", "right", "2026-09-10")
    assert checked(SUSPICIOUS, late, order("biopsy", "right", "2026-05-10")) == []


def test_each_breast_is_compared_with_its_own_advice():
    """A biopsy of one breast says nothing about the date of the other breast's follow-up."""
    facts = replace(
        SUSPICIOUS,
        assessment_left="3",
        assessment_right="4B",
        findings=(*SUSPICIOUS.findings, Finding(finding_id="F2", laterality="left")),
    )
    assert checked(facts, order("diagnostic", "left", "2026-09-10")) == []
    assert [rule.id for rule in checked(facts, order("biopsy", "right", "2026-09-10"))] == ["R-OS-02"]


def test_what_was_done_is_compared_with_nothing():
    """A later diagnostic exam, or tissue from that breast, ends the advice of this report."""
    later = (LaterExam("DiagnosticReport/2", date(2026, 4, 20), "diagnostic"),)
    assert checked(RECALLED, order("screening"), later_exams=later) == []
    screened = (LaterExam("DiagnosticReport/2", date(2026, 4, 20), "screening"),)
    assert [rule.id for rule in checked(RECALLED, order("screening"), later_exams=screened)] == ["R-OS-04"]
    taken = (Biopsy("Procedure/1", date(2026, 4, 1), "right"),)
    assert checked(SUSPICIOUS, order("screening"), biopsies=taken) == []
    elsewhere = (Biopsy("Procedure/1", date(2026, 4, 1), "left"),)
    assert [rule.id for rule in checked(SUSPICIOUS, order("screening"), biopsies=elsewhere)] == ["R-OS-04"]


def test_a_site_may_mute_what_only_warns():
    """Muting never hides an order for the other side."""
    quiet = Policy(muted=frozenset({"R-OS-03", "R-OS-04"}))
    assert checked(SUSPICIOUS, order("screening"), policy=quiet) == []
    assert [rule.id for rule in checked(SUSPICIOUS, order("biopsy", "left"), policy=quiet)] == ["R-OS-03"]


@pytest.mark.parametrize(
    "facts",
    [
        replace(PROBABLY_BENIGN, deceased=True),
        replace(PROBABLY_BENIGN, report_status="preliminary"),
        replace(PROBABLY_BENIGN, report_status="entered_in_error"),
        replace(PROBABLY_BENIGN, assessment_conflict=True),
        replace(PROBABLY_BENIGN, findings=()),
        replace(PROBABLY_BENIGN, exam_type="not_mammography"),
    ],
)
def test_nothing_is_compared_where_nothing_is_advised(facts: Facts):
    """A withdrawn, unfinished or contradictory report, no finding or a deceased patient: silence."""
    assert checked(facts, order("screening")) == []


def test_the_reports_own_advice_is_told_apart_from_the_guidance():
    """An under-called report advised what its category says, and the guidance asks for more."""
    under_called = replace(SUSPICIOUS, assessment_overall="2", recommendation=("routine_screening",))
    guidance = assess(under_called, Policy(), TODAY)
    sources = Sources(exam_date=EXAM, signed_date=SIGNED)
    own = last_advice(guidance, sources, Policy(), TODAY, own=True)
    ours = last_advice(guidance, sources, Policy(), TODAY, own=False)
    assert [one.tracked.event for one in own] == ["routine"]
    assert [one.tracked.event for one in ours] == ["biopsy"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("R-OS-04,instead", "R-OS-09,instead", "no rule of the catalogue"),
        ("P30D", "soon", "need an ISO 8601 duration"),
        ("R-OS-04,instead", "R-OS-04,odd", "check is 'odd'"),
        ("screening mammogram,routine,P30D", "screening screening,routine,P30D", "names a word twice"),
        ("recall surveillance,P14D", "surveillance,P14D\nR-OS-02,late,diagnostic,surveillance,P1D", "twice"),
    ],
)
def test_a_broken_table_is_refused(old: str, new: str, reason: str):
    """A rule, check, order or time that does not exist is refused with file and line."""
    text = table_text("order_checks.csv")
    assert old in text
    with pytest.raises(ValueError, match=rf"order_checks\.csv, line \d+: .*{reason}"):
        load_order_checks(text.replace(old, new, 1))
