"""Corners of the cards: reassurance beside a cancer, data that could not be read, a clock position."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cards.facts import Facts, Finding
from cards.guidance import assess
from cards.policy import Policy
from cards.reading.reading import Reading
from cards.writing.case import make_case
from cards.writing.links import reassurance_hidden
from cards.writing.phrases import place_words
from cards.writing.texts import texts
from tests.cards.writing.written import TODAY, facts_of, sources, write_facts

POPCORN = Finding("F1", "left", ("coarse_popcorn",), "grouped")
BENIGN = Facts(
    exam_type="diagnostic",
    assessment_overall="2",
    recommendation=("routine_screening",),
    findings=(POPCORN,),
)


@pytest.mark.parametrize(
    ("members", "hidden"),
    [
        ({}, False),
        ({"known_cancer_side": "right"}, True),
        ({"findings": (POPCORN, Finding("F2", "right", is_known_cancer=True))}, True),
        ({"findings": (POPCORN, Finding("F2", "right", biopsy_result="invasive"))}, True),
        ({"assessment_overall": "5"}, True),
    ],
)
def test_nothing_reassures_beside_a_known_cancer(members: dict, hidden: bool):
    """R-ED-03: a cancer in either breast, coded or proven, or a high category hides reassuring lines."""
    facts = replace(BENIGN, **members)
    guidance = assess(facts, Policy(), TODAY)
    reading = Reading(facts, sources(facts))
    case = make_case(guidance, reading, Policy(), texts("en"), "after_signature", TODAY)
    assert reassurance_hidden(case) is hidden


@pytest.mark.parametrize("flag", ["incomplete", "unreadable"])
def test_fitting_means_among_what_was_received_and_read(flag: str):
    """R-DQ-14 and R-DQ-15 alike: what did not come or could not be read may say otherwise."""
    facts, policy = facts_of("W-028")
    assert "among the findings received" in write_facts(facts, policy, flags={flag: True}).cards[0].summary


def test_a_clock_position_is_said_as_a_time():
    """The place of a finding reads like the words of a report."""
    assert "3:30" in place_words(("clock_3_30",), texts("en"))
