"""The JSON of the contract (full for assess, compact on the wire), and that it can be judged again."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given

from cards.facts import FACTS_MEMBERS, FINDING_MEMBERS, Facts, Finding
from cards.facts_file import parse_facts
from cards.guidance import assess, guidance_json
from cards.policy import Policy
from cards.problem import Problem
from tests.cards.guidance.cases import TODAY
from tests.cards.guidance.reports import EXAMPLES, Case, cases

MEMBERS = [
    *("model_version", "guideline_profile", "finding_expected", "report_expected", "concordance"),
    *("max_indicator", "follow_up_interval", "actions", "lay_summary_due", "provider_report_due"),
    *("resolution_due", "breasts", "rules", "not_stated", "problems", "facts"),
]


@EXAMPLES
@given(cases)
def test_the_facts_of_an_answer_lead_to_the_same_answer(case: Case):
    """The facts of a full answer, with the site's choices, give the same guidance again."""
    full = guidance_json(assess(case.facts, case.policy, TODAY), case.policy, compact=False)
    facts, choices = parse_facts(json.loads(json.dumps(full["facts"])))
    again = assess(facts, Policy(**choices), TODAY)  # type: ignore[arg-type]
    assert guidance_json(again, compact=False) == full


def empties(value: object) -> bool:
    """Tell whether a JSON value is empty or holds something empty at any depth."""
    if isinstance(value, dict):
        return not value or any(empties(entry) for entry in value.values())
    if isinstance(value, (list, tuple)):
        return not value or any(empties(entry) for entry in value)
    return value is None or value == ""


@EXAMPLES
@given(cases)
def test_on_the_wire_nothing_is_empty(case: Case):
    """Compact is full without null, [] and {} at any depth (CH-003, CH-004)."""
    guidance = assess(case.facts, case.policy, TODAY)
    compact = guidance_json(guidance, case.policy, compact=True)
    assert not empties(compact)
    full = guidance_json(guidance, case.policy, compact=False)
    assert {name for name, value in full.items() if not empties(value)} <= set(compact) <= set(full)
    assert compact["concordance"] == full["concordance"]
    assert compact["max_indicator"] == full["max_indicator"]


def test_in_full_every_member_is_present():
    """Members without content are null or empty lists, also after a stop."""
    content = guidance_json(assess(Facts(), Policy(), TODAY), Policy(), compact=False)
    assert list(content) == MEMBERS
    assert content["report_expected"] is None
    assert content["finding_expected"] == content["breasts"] == content["problems"] == []
    facts = content["facts"]
    assert isinstance(facts, dict)
    assert facts["switches"] == {}
    assert facts["assessment_left"] is None


def test_in_full_every_fact_is_present():
    """The facts have each member of Facts and of Finding, in order, and then the site's choices."""
    content: Any = guidance_json(assess(Facts(findings=(Finding(),)), Policy(), TODAY), compact=False)
    choices = ("guideline_profile", "bac_policy", "post_benign_biopsy_interval", "switches")
    assert tuple(content["facts"]) == (*FACTS_MEMBERS, *choices)
    assert tuple(content["facts"]["findings"][0]) == FINDING_MEMBERS


def test_compact_leaves_out_what_is_empty():
    """On the wire null, [] and {} are left out, inside entries as well."""
    finding = Finding(morphology=("sparkly",))
    guidance = assess(Facts(findings=(finding,)), Policy(), TODAY)
    content = guidance_json(guidance, Policy(), compact=True)
    assert "report_expected" not in content
    assert content["finding_expected"] == [{"finding_id": "F1"}]
    rules = content["rules"]
    assert isinstance(rules, list)
    first = rules[0]
    assert first["id"] == "R-DQ-05"
    assert first["inputs"] == {"morphology": ("sparkly",)}
    assert "side" not in first
    assert "citations" not in first


def test_a_breast_and_a_rule_have_the_members_of_the_contract():
    """The entries carry exactly what others test against; problems are handed on."""
    problem = Problem("Observation/o1", "unmapped-code", "A code is not known.")
    policy = Policy(bac_policy="off")
    facts = Facts(exam_type="diagnostic", assessment_overall="4A", findings=(Finding(),))
    content = guidance_json(assess(facts, policy, TODAY, problems=(problem,)))
    assert content["breasts"] == [
        {
            "side": "left",
            "finding_ids": ["F1"],
            "assessment": "4A",
            "expected": ["3"],
            "tolerated": ["4A"],
            "concordance": "tolerated",
            "driving_category": "4A",
            "follow_up_interval": None,
            "actions": ["image_guided_biopsy"],
        }
    ]
    rules = content["rules"]
    assert isinstance(rules, list)
    assert {tuple(entry) for entry in rules} == {
        ("id", "indicator", "finding_id", "side", "inputs", "citations")
    }
    assert content["problems"] == [
        {"location": "Observation/o1", "code": "unmapped-code", "text": "A code is not known."}
    ]
    stated = content["facts"]
    assert isinstance(stated, dict)
    assert stated["bac_policy"] == "off"
    assert stated["guideline_profile"] == "acr_sbi"
    assert stated["post_benign_biopsy_interval"] == "P12M"
