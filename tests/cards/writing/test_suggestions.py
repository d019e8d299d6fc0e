"""Suggestions: the right resource for each action, for the right breast, at the right time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cards.facts import Facts, Finding
from cards.guidance import Guidance
from cards.guidance.guidance import BreastGuidance
from cards.reading.reading import ActiveOrder, Sources
from cards.terminology import load_terminology
from cards.writing.actions import actions, order_codings, parse_actions
from cards.writing.orders import BODY_SITES
from cards.writing.periods import occurrence
from cards.writing.steps import next_steps
from cards.writing.suggestions import suggestions
from cards.writing.texts import texts
from tests.cards.writing.written import (
    TODAY,
    Written,
    all_written,
    facts_of,
    ids,
    sources,
    write_case,
    write_facts,
)

BROKEN_ACTIONS = """# Section 3
[x]
resource = "Task"
side = "none"
timing = "soon"
standard = true
covered_by = []
"""
LEFT = BreastGuidance("left", ("F1",), "4B", ("4B",), (), "concordant", "4B", None, (), ("F1",))


def resources(written: Written) -> list[dict[str, Any]]:
    """Give every resource that the cards of a report suggest."""
    return [
        dict(action.resource)
        for card in written.cards
        for suggestion in card.suggestions
        for action in suggestion.actions
    ]


def codes(written: Written) -> list[str]:
    """Give the labels of the suggestions of a report."""
    return [suggestion.label for card in written.cards for suggestion in card.suggestions]


def test_every_suggestion_of_every_case_is_valid_r4():
    """Each resource of each suggestion of each case, in both languages, is a valid R4 resource."""
    seen = set()
    for written in all_written():
        for resource in resources(written):
            model = get_fhir_model_class(str(resource["resourceType"]))
            model.model_validate(resource)
            seen.add(resource["resourceType"])
    assert seen == {"ServiceRequest", "Task", "Communication"}


@pytest.mark.parametrize("action", [name for name in actions() if name != "confirm_side"])
def test_every_action_code_has_a_valid_suggestion(action: str):
    """Every action code of section 3 but the retraction becomes a valid R4 resource."""
    facts = Facts(findings=(Finding(),))
    breast = replace(LEFT, actions=(action,), follow_up_interval="P6M")
    guidance = Guidance(
        "1.0.0", "acr_sbi", (), None, "concordant", "info", "P6M", (action,),
        None, None, "P30D", (breast,), (), (), (), facts,
    )  # fmt: skip
    steps = next_steps(guidance, sources(facts), TODAY, {})
    made = suggestions(steps, guidance, {}, sources(facts), texts("en"), "reason", TODAY, ids(action))
    assert made
    for suggestion in made:
        resource = dict(suggestion.actions[0].resource)
        assert resource["resourceType"] == actions()[action].resource
        get_fhir_model_class(str(resource["resourceType"])).model_validate(resource)


def test_a_biopsy_order_says_all_it_should():
    """A biopsy order is a draft proposal with code, side, reason, findings, dates and people."""
    order = resources(write_case("W-028"))[0]
    assert (order["status"], order["intent"]) == ("draft", "proposal")
    assert order["code"]["coding"][0]["code"] == "116334007"
    assert order["bodySite"][0]["coding"][0]["code"] == "80248007"
    assert order["reasonCode"][0]["coding"][0]["code"] == "R92.1"
    assert order["reasonReference"] == [{"reference": "DiagnosticReport/report-7731"}]
    assert order["supportingInfo"] == [{"reference": "Observation/f1-7731"}]
    assert order["occurrencePeriod"] == {"start": "2026-05-04", "end": "2026-05-18"}
    assert order["requester"] == {"reference": "Practitioner/practitioner-7731"}
    assert order["subject"] == {"reference": "Patient/patient-7731"}


def test_codes_of_orders_stand_in_the_terminology():
    """Each procedure code and each side code is a verified row of the terminology tables."""
    known = {(row.system, row.code) for row in load_terminology().rows if row.verified}
    used = {(c["system"], c["code"]) for codings in order_codings().values() for c in codings}
    used |= {(site["system"], site["code"]) for site in BODY_SITES.values()}
    assert used - known == set()


@pytest.mark.parametrize(
    ("timing", "interval", "exam", "signed", "today", "expected"),
    [
        ("prompt", None, date(2026, 5, 1), date(2026, 5, 4), TODAY, (date(2026, 5, 4), date(2026, 5, 18))),
        ("prompt", None, date(2026, 5, 1), None, TODAY, (TODAY, date(2026, 5, 18))),
        ("prompt", None, None, date(2026, 4, 25), TODAY, (TODAY, date(2026, 5, 9))),
        ("prompt", None, None, date(2026, 1, 5), TODAY, (TODAY, date(2026, 5, 18))),
        ("follow_up", "P6M", TODAY, TODAY, TODAY, (date(2026, 10, 21), date(2026, 12, 4))),
        ("follow_up", "P6M", date(2025, 8, 31), None, TODAY, (TODAY, date(2026, 5, 18))),
        ("follow_up", "P6M", date(2025, 11, 10), None, TODAY, (TODAY, date(2026, 6, 9))),
        ("routine", "P1Y", date(2024, 2, 29), None, date(2024, 3, 1), (date(2025, 2, 28), date(2025, 5, 28))),
        ("routine", "P1Y", date(2025, 4, 1), None, TODAY, (TODAY, date(2026, 7, 1))),
        ("routine", "P1Y", None, None, TODAY, None),
        ("none", "P1Y", TODAY, TODAY, TODAY, None),
    ],
)
def test_dates_of_orders(
    timing: str,
    interval: str | None,
    exam: date | None,
    signed: date | None,
    today: date,
    expected: tuple[date, date] | None,
):
    """The period of an order keeps the contract: due, window, nothing in the past."""
    assert occurrence(timing, interval, exam, signed, today) == expected


@pytest.mark.parametrize("case", ["W-059", "W-060", "W-127", "W-146", "W-147"])
def test_only_tasks_in_doubt(case: str):
    """After a missing side, a wrong side or an unclear category only Tasks are suggested."""
    written = write_case(case)
    assert {resource["resourceType"] for resource in resources(written)} == {"Task"}
    assert not any(one.is_recommended for card in written.cards for one in card.suggestions)


def test_recommended_is_rare():
    """At most one suggestion a report is recommended, none without a verdict, and it is the first."""
    for written in all_written():
        marked = [s for card in written.cards for s in card.suggestions if s.is_recommended]
        assert len(marked) <= 1, written.name
        if written.guidance.concordance == "not_evaluable":
            assert marked == [], written.name


def test_a_side_is_that_of_its_breast():
    """Left 3 and right 4B: the biopsy is for the right breast, the follow-up for the left."""
    orders = {o["code"]["text"].split(":")[0]: o for o in resources(write_case("W-058"))}
    sides = {name[:12]: order["bodySite"][0]["text"] for name, order in orders.items()}
    assert sides == {"Image-guided": "Right breast", "Follow-up di": "Left breast"}


def test_two_breasts_give_two_biopsies():
    """A suspicious finding in both breasts: one order a breast, never one order for both."""
    orders = resources(write_case("W-033"))
    assert [order["bodySite"][0]["text"] for order in orders] == ["Left breast", "Right breast"]


def test_known_cancer_left_follow_up_right():
    """Category 6 on the left with a group on the right: referrals left, mammogram right."""
    sides = {order["code"]["text"]: order["bodySite"][0]["text"] for order in resources(write_case("W-157"))}
    assert sides == {
        "Referral: surgical consultation, breast": "Left breast",
        "Referral: oncology, breast": "Left breast",
        "Follow-up diagnostic mammogram with magnification views: right breast": "Right breast",
    }


def _ordered(case: str, order: ActiveOrder) -> Written:
    facts, policy = facts_of(case)
    return write_facts(facts, policy, origin=replace(sources(facts), active_orders=(order,)))


def test_an_order_that_exists_is_not_suggested_again():
    """An active biopsy order for that breast is named on the card and not suggested."""
    written = _ordered("W-028", ActiveOrder("ServiceRequest/1", ("core_biopsy",), "left", "active"))
    assert codes(written) == []
    assert "Ordered already: image-guided biopsy" in written.cards[0].detail


def test_an_order_for_the_other_breast_changes_nothing():
    """An active biopsy order for the right breast does not replace the one for the left."""
    written = _ordered("W-028", ActiveOrder("ServiceRequest/1", ("core_biopsy",), "right", "active"))
    assert codes(written) == ["Order image-guided core biopsy, left breast"]


def test_no_order_after_death():
    """R-SP-05: no follow-up, no order and no patient page for a deceased patient."""
    facts, policy = facts_of("W-028")
    written = write_facts(replace(facts, deceased=True), policy)
    assert codes(written) == []
    assert [link.url for link in written.cards[-1].links] == [
        "https://cds.example.org/evidence/cards/concordant"
    ]
    assert "deceased" in written.cards[-1].summary


def test_no_order_for_a_mastectomy_side():
    """R-SP-06: no biopsy order for the mastectomy side, and screening only for the other breast."""
    facts, policy = facts_of("W-028")
    left = write_facts(replace(facts, mastectomy_side="left"), policy)
    assert {resource["resourceType"] for resource in resources(left)} == {"Task"}
    facts, policy = facts_of("W-001")
    right = replace(facts.findings[0], laterality="right")
    screening = write_facts(replace(facts, findings=(right,), mastectomy_side="left"), policy)
    orders = [one for one in resources(screening) if one["resourceType"] == "ServiceRequest"]
    assert [order["bodySite"][0]["text"] for order in orders] == ["Right breast"]


def test_no_order_without_a_patient():
    """A ServiceRequest needs a subject: without a known patient none is suggested."""
    facts, policy = facts_of("W-028")
    assert resources(write_facts(facts, policy, origin=Sources())) == []


def test_nothing_is_suggested_before_the_signature():
    """Before the signature no card suggests anything, and the words say so."""
    for case in ("W-027", "W-046", "W-059"):
        written = write_case(case, moment="before_signature")
        assert codes(written) == []
        assert any("before you sign" in card.summary for card in written.cards)


def test_excision_or_repeat_is_a_choice():
    """Repeat biopsy or excision: two suggestions that exclude each other, none recommended."""
    card = write_case("W-082").cards[0]
    assert [s.label for s in card.suggestions] == [
        "Order repeat vacuum-assisted biopsy, left breast",
        "Or: order surgical excision, left breast",
    ]
    assert card.alternatives
    assert not any(s.is_recommended for s in card.suggestions)


def test_earlier_advice_comes_first():
    """R-PR-01: settling the earlier biopsy advice comes first and routine is not recommended."""
    written = write_case("W-070")
    main = written.cards[-1]
    assert main.suggestions[0].label == "Task: settle the earlier biopsy advice"
    assert not any(s.is_recommended for s in main.suggestions)


def test_a_broken_actions_file_is_refused():
    """An unknown timing in actions.toml is refused with the file and the line."""
    with pytest.raises(ValueError, match=r"actions\.toml, line 2: x: timing must be one of"):
        parse_actions(BROKEN_ACTIONS)


def test_policy_of_the_case_is_used():
    """A site that looks at both breasts at 6 months gets one order for both."""
    orders = resources(write_case("W-171"))
    assert [order["bodySite"][0]["text"] for order in orders] == ["Both breasts"]
