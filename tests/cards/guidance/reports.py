"""Reports over the whole input space of section 2, switches included, for the properties of section 19.

A report is decoded from a string of bytes, one byte a choice. That is ten times faster than a
strategy a member, and zero bytes are the plain default, so that failures shrink to plain reports.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from cards.facts import Facts, Finding
from cards.facts_members import MEMBERS
from cards.guidance.switches import SWITCHES
from cards.policy import Policy

EXAMPLES = settings(max_examples=int(os.environ.get("MODEL_EXAMPLES", "5000")))
BYTES = 128

Value = TypeVar("Value")

ASSESSED = (*("2", "2", "1", "3", "3", "4A", "4B", "4C", "5", "4", "0A", "6"), "0", "0P", "MP", None)
MORPHOLOGY = (
    *("punctate", "amorphous", "round", "coarse_heterogeneous", "fine_pleomorphic"),
    *("fine_linear_branching", "vascular", "skin", "rim", "unspecified", "sparkly_local_code"),
    *("fine", "coarse", "Punctate", "dystrophic", "eggshell"),
)
DISTRIBUTION = (
    *("grouped", "regional", "diffuse", "linear", "segmental", "not_stated", "clustered", "scattered"),
    *("fine_linear_branching", "fine, linear, branching", "starry"),
)
MONTHS = (None, 0, 6, 12, 23, 24, 30, 36, 60)
AGES = (55, None, 0, 34, 39, 40, 44, 45, 49, 50, 54, 62, 74, 75, 90)
INTERVALS = (None, "P6M", "P12M", "P1Y", "P2Y", "P3Y", "P180D", "P26W", "P3M")
VALUES = {(member.level, member.name): member for member in MEMBERS}


class Case(NamedTuple):
    """A report, the site's choices and what reading would say."""

    facts: Facts
    policy: Policy
    incomplete: bool
    unreadable: bool
    described_uncoded: bool


class Choices:
    """Bytes read one by one as choices."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def byte(self) -> int:
        """Take the next byte; zeros when all are taken."""
        value = self._data[self._place] if self._place < len(self._data) else 0
        self._place += 1
        return value

    def of(self, options: Sequence[Value]) -> Value:
        """Take one of some options."""
        return options[self.byte() % len(options)]

    def rarely(self, usual: Value, options: Sequence[Value]) -> Value:
        """Take the usual value three times in four, one of the options otherwise."""
        value = self.byte()
        return options[value // 4 % len(options)] if value % 4 == 3 else usual

    def some(self, options: Sequence[Value], most: int) -> tuple[Value, ...]:
        """Take up to ``most`` different options."""
        return tuple(dict.fromkeys(self.of(options) for _ in range(self.byte() % (most + 1))))


def _values(level: str, name: str) -> tuple[object, ...]:
    member = VALUES[level, name]
    values: tuple[object, ...] = (False, True) if member.type == "boolean" else tuple(member.values)
    return (None, *values) if member.null else values


def _rarely(choices: Choices, level: str, *names: str) -> dict[str, object]:
    defaults = Facts() if level == "report" else Finding()
    return {name: choices.rarely(getattr(defaults, name), _values(level, name)) for name in names}


def finding(choices: Choices, number: int) -> Finding:
    """Decode one finding."""
    return Finding(
        finding_id=f"F{number}",
        laterality=choices.of(("left", "right", "left", "bilateral", "missing")),
        morphology=(choices.of(MORPHOLOGY), *choices.rarely((), tuple((name,) for name in MORPHOLOGY)))
        if choices.byte() % 16
        else (),
        distribution=choices.of(DISTRIBUTION),
        change=choices.of(("not_compared", *_values("finding", "change"))),  # type: ignore[arg-type]
        stability_months=choices.of(MONTHS),
        symmetry=choices.of(_values("finding", "symmetry")),  # type: ignore[arg-type]
        associated_features=choices.rarely((), tuple((name,) for name in FEATURES)),
        **_rarely(  # type: ignore[arg-type]
            choices,
            "finding",
            *("location_context", "near_known_cancer", "is_known_cancer", "prior_report_describes"),
            *("biopsy_result", "assessment"),
        ),
        rad_path_concordance=choices.of(("concordant", None, "discordant")),
        calcifications_in_specimen=choices.of((None, "yes", "no")),
        imaging_category_at_biopsy=choices.of((None, "4A", "5", "3")),
    )


FEATURES = VALUES["finding", "associated_features"].values


def facts(choices: Choices) -> Facts:
    """Decode the facts of one report."""
    count = choices.of((1, 1, 2, 2, 1, 2, 3, 0))
    return Facts(
        report_status=choices.rarely("final", VALUES["report", "report_status"].values),
        exam_type=choices.of(
            ("diagnostic", "screening", "diagnostic", "screening", "unknown", "biopsy_correlation")
        )
        if choices.byte() % 16
        else choices.of(VALUES["report", "exam_type"].values),
        comparison_status=choices.rarely("compared", VALUES["report", "comparison_status"].values),
        magnification_views_done=choices.of((None, True, False)),
        assessment_overall=choices.of(ASSESSED),
        assessment_left=choices.rarely(None, ASSESSED),
        assessment_right=choices.rarely(None, ASSESSED),
        assessment_conflict=choices.byte() % 16 == 15,
        recommendation=choices.some(VALUES["report", "recommendation"].values, 3)
        if choices.byte() % 5
        else None,
        recommended_interval=choices.of(INTERVALS),
        age_years=choices.of(AGES),
        sex=choices.rarely("female", ("male", "unknown")),
        bac_grade=choices.of((None, 0, 1, 2, 3)),
        biopsy_deferred_reason=choices.of((None, None, "anticoagulation")),
        surveillance_step=choices.of(VALUES["report", "surveillance_step"].values),
        **_rarely(  # type: ignore[arg-type]
            choices,
            "report",
            *("recommendation_side", "breast_density", "pregnancy_status", "known_cancer_side"),
            *("personal_history_breast_cancer", "bct_side", "implant_side", "mastectomy_side", "deceased"),
            *("risk_level", "previous_assessment", "prior_assessment", "prior_biopsy_done"),
            *("prior_surveillance_complete", "other_suspicious_finding", "clinical_finding", "self_referred"),
        ),
        findings=tuple(finding(choices, number + 1) for number in range(count)),
    )


def policy(choices: Choices) -> Policy:
    """Decode what a site chose: half of them keep every default."""
    switches: dict[str, object] = {}
    if choices.byte() % 2:
        for name, switch in SWITCHES.items():
            value = choices.of((*switch.allowed, 24, 36)[: len(switch.allowed) + 2])
            if not switch.own_member and switch.allows(value):
                switches[name] = value
    return Policy(
        guideline_profile=choices.of(SWITCHES["guideline_profile"].allowed),  # type: ignore[arg-type]
        bac_policy=choices.of(SWITCHES["bac_policy"].allowed),  # type: ignore[arg-type]
        post_benign_biopsy_interval=choices.of(("P12M", "P6M")),
        switches=switches,
    )


def case(data: bytes) -> Case:
    """Decode one report with all that goes with it."""
    choices = Choices(data)
    site = policy(choices)
    flags = choices.byte()
    return Case(facts(choices), site, flags % 8 == 7, flags // 8 % 8 == 7, flags // 64 % 4 == 3)


cases = st.binary(min_size=BYTES, max_size=BYTES).map(case)
