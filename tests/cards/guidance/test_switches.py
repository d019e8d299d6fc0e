"""Section 16: what a site may choose, and how a wrong choice is refused."""

from __future__ import annotations

import pytest

from cards.guidance.switches import (
    DEFAULTS,
    SWITCHES,
    SwitchRefused,
    check_switches,
    for_fhir_line,
    switch,
    switches_in_force,
)
from cards.policy import Policy


def test_every_switch_of_the_model_is_there_with_its_default():
    """Twenty-two switches, three of them members of their own."""
    assert {name: entry.default for name, entry in SWITCHES.items()} == {
        "birads_edition": 5,
        "guideline_profile": "acr_sbi",
        "morphology_strictness": "span",
        "diffuse_amorphous_policy": "by_age",
        "suspicious_stable_policy": "strict",
        "surveillance_months": 24,
        "category3_m6_side": "unilateral",
        "post_benign_biopsy_interval": "P12M",
        "high_risk_lesion_policy": "us",
        "post_bct_new_calc_policy": "table",
        "male_category3_policy": "widen",
        "screening_category_4_5": "tolerate",
        "typically_benign_category3": "three_shapes",
        "unilateral_flag": "info",
        "bac_policy": "note",
        "lay_letter_target": "P7D",
        "resolution_target": "P60D",
        "education_max_age": "P3Y",
        "category6_missing_pathology": "warning",
        "max_cards": 5,
        "uncoded_recommendation": "check",
        "critical_shown_as": "critical",
    }
    own = {name for name, entry in SWITCHES.items() if entry.own_member}
    assert own == {"guideline_profile", "bac_policy", "post_benign_biopsy_interval"}


def test_a_switch_has_its_default_until_a_site_chooses():
    """switch() gives the site's choice, else the default; own members come from the policy itself."""
    policy = Policy(bac_policy="off", switches={"max_cards": 2})
    assert switch(policy, "max_cards") == 2
    assert switch(policy, "unilateral_flag") == "info"
    assert switch(policy, "bac_policy") == "off"
    assert switches_in_force(policy) == {**DEFAULTS, "max_cards": 2}


@pytest.mark.parametrize(
    "chosen",
    [
        {"suspicious_stable_policy": 24},
        {"suspicious_stable_policy": "strict"},
        {"surveillance_months": 36},
        {"max_cards": 1},
        {"education_max_age": "P18M"},
        {"birads_edition": "v2025"},
        {"birads_edition": "5"},
        {},
    ],
)
def test_what_section_16_lists_is_accepted(chosen: dict[str, object]):
    """Tokens, whole numbers from the limit on and durations pass."""
    check_switches(chosen)
    assert all(SWITCHES[name].allows(value) for name, value in chosen.items())


@pytest.mark.parametrize(
    ("chosen", "name", "text"),
    [
        ({"speed": 1}, "speed", "there is no switch speed; allowed are birads_edition, guideline_profile"),
        ({"suspicious_stable_policy": 23}, "suspicious_stable_policy", "strict, or a whole number from 24"),
        ({"suspicious_stable_policy": True}, "suspicious_stable_policy", "strict, or a whole number from 24"),
        ({"suspicious_stable_policy": "36"}, "suspicious_stable_policy", "strict, or a whole number from 24"),
        ({"surveillance_months": "36"}, "surveillance_months", "allowed are 24, 36"),
        ({"max_cards": 0}, "max_cards", "5, or a whole number from 1"),
        ({"education_max_age": "soon"}, "education_max_age", "P3Y, or any ISO 8601 duration"),
        ({"education_max_age": 3}, "education_max_age", "P3Y, or any ISO 8601 duration"),
        ({"unilateral_flag": None}, "unilateral_flag", "allowed are info, off"),
        ({"resolution_target": ["P60D"]}, "resolution_target", "allowed are P60D, P45D, P30D"),
        ({"bac_policy": "off"}, "bac_policy", "stands beside switches, not inside"),
    ],
)
def test_anything_else_is_refused_with_the_allowed_tokens(chosen: dict[str, object], name: str, text: str):
    """The refusal names the switch and says what is allowed."""
    with pytest.raises(SwitchRefused, match=text) as refusal:
        check_switches(chosen)
    assert refusal.value.name == name


def test_the_fhir_line_notes_an_uncoded_recommendation():
    """Facts read from FHIR default to note; a site that chose check keeps it."""
    assert for_fhir_line(Policy()).switches == {"uncoded_recommendation": "note"}
    chosen = Policy(switches={"uncoded_recommendation": "check"})
    assert for_fhir_line(chosen) == chosen


def test_a_whole_number_beside_tokens_is_no_truth_value():
    """True is not taken for 1 although it equals it."""
    assert not SWITCHES["max_cards"].allows(True)
    assert SWITCHES["max_cards"].allowed_text() == "5, or a whole number from 1"
