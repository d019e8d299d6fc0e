"""policy.toml: what a site may choose, and how a wrong choice is refused."""

from dataclasses import fields

import pytest

from cards.facts_file import FactsError
from cards.guidance import RULES
from cards.guidance.switches import DEFAULTS
from cards.policy import Policy
from cards.policy_file import PolicyRefusedError, can_be_critical, parse_policy, stated_keys, with_site_keys

WHOLE = """
guideline_profile = "uspstf_2024"
bac_policy = "csbi_2023"
language = "es"
mode = "silent"
muted = ["R-BA-01", "R-DQ-04"]
accept_unverified_codes = true
max_cards = 3

[switches]
critical_shown_as = "warning"
suspicious_stable_policy = 36
post_benign_biopsy_interval = "P6M"

[tracking.R-TR-04]
due = "P7D"
overdue = "P21D"
"""


def reasons(text: str) -> list[str]:
    """Give the reasons a policy text is refused for."""
    with pytest.raises(PolicyRefusedError) as refused:
        parse_policy(text, "policy.toml")
    return refused.value.reasons


def test_an_empty_policy_is_the_defaults():
    """What a policy does not state keeps its default."""
    assert parse_policy("", "defaults") == Policy()


def test_a_policy_holds_what_the_file_states():
    """Profile, switches in either place, muted rules, windows, mode and language are all read."""
    assert parse_policy(WHOLE, "policy.toml") == Policy(
        guideline_profile="uspstf_2024",
        bac_policy="csbi_2023",
        post_benign_biopsy_interval="P6M",
        switches={"max_cards": 3, "critical_shown_as": "warning", "suspicious_stable_policy": 36},
        muted=frozenset({"R-BA-01", "R-DQ-04"}),
        tracking={"R-TR-04": {"due": "P7D", "overdue": "P21D"}},
        mode="silent",
        accept_unverified_codes=True,
        language="es",
        origin="policy.toml",
    )


def test_every_member_of_a_policy_can_be_stated():
    """The example above leaves no member of Policy at its default."""
    policy = parse_policy(WHOLE, "policy.toml")
    same = [f.name for f in fields(Policy) if getattr(policy, f.name) == getattr(Policy(), f.name)]
    assert same == []


def test_stated_keys_names_what_the_file_says_itself():
    """A key counts as stated whether it stands above or inside the table of switches."""
    assert stated_keys('mode = "active"\nmax_cards = 5\n[switches]\nunilateral_flag = "off"\n') == {
        "mode",
        "max_cards",
        "unilateral_flag",
    }


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ('profile = "nccn"', "profile", "guideline_profile"),
        ('guideline_profile = "acr"', "guideline_profile", "acr_sbi, md_anderson"),
        ('language = "fr"', "language", "en, es"),
        ("language = []", "language", "en, es"),
        ('mode = "on"', "mode", "active, silent"),
        ('accept_unverified_codes = "yes"', "accept_unverified_codes", "true or false"),
        ('muted = "R-BA-01"', "muted", "a list of rule ids"),
        ("muted = [1]", "muted", "a list of rule ids"),
        ('muted = ["R-NONE"]', "muted", "R-NONE"),
        ('muted = ["R-CD-01"]', "muted", "R-CD-01"),
        ('muted = ["R-CC-01"]', "muted", "R-CC-01 can be critical and is never muted"),
        ("switches = 3", "switches", "must be a table"),
        ("[switches]\nmax_card = 3", "switches.max_card", "max_cards"),
        ("[switches]\nmax_cards = 0", "switches.max_cards", "a whole number from 1"),
        ("[switches]\nmax_cards = true", "switches.max_cards", "a whole number from 1"),
        ('max_cards = "3"', "max_cards", "a whole number from 1"),
        ("max_cards = 3\n[switches]\nmax_cards = 4", "switches.max_cards", "given twice"),
        ('[switches]\nmorphology_strictness = "x"', "switches.morphology_strictness", "span, birads"),
        ("tracking = 3", "tracking", "rule ids"),
        ('[tracking.R-CC-01]\ndue = "P1D"', "tracking.R-CC-01", "R-TR-01"),
        ('[tracking]\nR-TR-01 = "P1D"', "tracking.R-TR-01", "due, overdue, escalate"),
        ('[tracking.R-TR-01]\nlate = "P1D"', "tracking.R-TR-01.late", "due, overdue, escalate"),
        ('[tracking.R-TR-01]\ndue = "14 days"', "tracking.R-TR-01.due", "P14D"),
        ("mode = ", "not TOML", "Invalid value"),
    ],
)  # fmt: skip
def test_a_refusal_names_file_key_and_allowed_tokens(text, key, allowed):
    """An unknown key, an unknown switch or a value outside its table is never taken."""
    (reason,) = reasons(text)
    assert reason.startswith(f"policy.toml: {key}: ")
    assert allowed in reason


def test_a_refusal_lists_every_fault():
    """A site sees all its slips at once."""
    assert len(reasons('mode = "on"\nlanguage = "fr"\n[switches]\nmax_cards = 0\nother = 1')) == 4


@pytest.mark.parametrize("rule", [rule for rule in RULES if can_be_critical(rule)])
def test_no_rule_that_can_be_critical_is_ever_muted(rule):
    """Each rule whose catalogue row knows a critical indicator is refused in muted."""
    assert reasons(f'muted = ["{rule}"]') == [
        f"policy.toml: muted: {rule} can be critical and is never muted"
    ]


def test_rules_known_to_be_critical_are_among_them():
    """The rules with a critical indicator in the model's own tables count as such."""
    known = {"R-CC-01", "R-CC-02", "R-CC-07", "R-RC-05", "R-PB-02", "R-PB-10", "R-DQ-01", "R-DQ-02"}
    known |= {"R-AG-02", "R-PR-01", "R-SC-04"}
    assert known - {rule for rule in RULES if can_be_critical(rule)} == set()


def test_site_keys_override_a_policy_and_leave_the_rest():
    """Profile and switches of one FACTS object win; what they do not name stays the site's."""
    policy = parse_policy(WHOLE, "policy.toml")
    changed = with_site_keys(policy, {"guideline_profile": "nccn", "switches": {"max_cards": 2}})
    assert changed.guideline_profile == "nccn"
    assert changed.bac_policy == "csbi_2023"
    assert dict(changed.switches) == {**policy.switches, "max_cards": 2}


def test_no_site_keys_leave_the_policy_alone():
    """Without site keys the very same policy is in force."""
    policy = Policy()
    assert with_site_keys(policy, {}) is policy


@pytest.mark.parametrize(
    ("site", "member", "allowed"),
    [
        ({"guideline_profile": "acr"}, "guideline_profile", "must be one of acr_sbi"),
        ({"bac_policy": None}, "bac_policy", "note, off, csbi_2023"),
        ({"post_benign_biopsy_interval": "P1Y"}, "post_benign_biopsy_interval", "P12M, P6M"),
        ({"switches": None}, "switches", "an object"),
        ({"switches": {"max_card": 1}}, "switches.max_card", "there is no such switch; known:"),
        ({"switches": {"max_cards": [1]}}, "switches.max_cards", "a whole number from 1"),
        ({"switches": {"surveillance_months": True}}, "switches.surveillance_months", "24, 36"),
        ({"switches": {"bac_policy": "off"}}, "switches.bac_policy", "note, off, csbi_2023"),
    ],
)
def test_a_wrong_site_key_is_refused_with_its_member(site, member, allowed):
    """A site key outside section 16 is an error of the row, with what is allowed."""
    with pytest.raises(FactsError) as refused:
        with_site_keys(Policy(), site)
    assert refused.value.member == member
    assert allowed in refused.value.text


def test_a_refused_site_key_does_not_repeat_the_value():
    """The value of a row may be anything and is never shown."""
    with pytest.raises(FactsError) as refused:
        with_site_keys(Policy(), {"guideline_profile": "Jane Doe"})
    assert "Jane" not in str(refused.value)


def test_every_switch_can_be_overridden_with_its_default():
    """A switch that is stated at its default is stated all the same."""
    assert dict(with_site_keys(Policy(), {"switches": dict(DEFAULTS)}).switches) == dict(DEFAULTS)
