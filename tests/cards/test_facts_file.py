"""FACTS files: what is accepted, what is refused and how the refusal reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.facts import FACTS_MEMBERS, FINDING_MEMBERS, Facts, Finding
from cards.facts_file import MAX_FINDINGS, FactsError, parse_facts
from cards.facts_members import MEMBERS


def refusal(inputs: object) -> tuple[str | None, str]:
    """Give member and text of the error that FACTS are refused with."""
    with pytest.raises(FactsError) as refused:
        parse_facts(inputs)
    return refused.value.member, refused.value.text


def test_an_empty_object_is_the_defaults_of_section_2():
    """What FACTS leave out is filled with the defaults, without a finding."""
    assert parse_facts({}) == (Facts(), {})


def test_an_empty_finding_is_the_defaults_of_section_2():
    """A finding that states nothing is a grouped punctate finding of the left breast."""
    assert parse_facts({"findings": [{}]})[0].findings == (Finding(),)


def test_every_member_of_the_types_can_be_given():
    """The table knows every member of Facts and Finding under its own name."""
    names = {"report": {"findings"}, "finding": set()}
    for member in MEMBERS:
        names[member.level].add(member.name)
    assert names == {"report": set(FACTS_MEMBERS), "finding": set(FINDING_MEMBERS)}


VALUES = [(m, [v] if m.type == "codes" else v) for m in MEMBERS for v in m.values if m.type[:4] == "code"]


@pytest.mark.parametrize(("member", "value"), VALUES, ids=lambda part: str(getattr(part, "name", part)))
def test_every_allowed_value_is_read_as_given(member, value):
    """Each value that the table allows is what Facts then hold."""
    inputs = {member.name: value}
    facts, _ = parse_facts(inputs if member.level == "report" else {"findings": [inputs]})
    holder = facts if member.level == "report" else facts.findings[0]
    assert getattr(holder, member.name) == (tuple(value) if member.type == "codes" else value)


@pytest.mark.parametrize(
    ("inputs", "member", "allowed"),
    [
        ({"assesment_overall": "2"}, "assesment_overall", "assessment_overall"),
        (
            {"assessment_overall": "7"},
            "assessment_overall",
            "0A, 0P, 0, 1, 2, 3, 4, 4A, 4B, 4C, 5, 6, MP, or null",
        ),
        ({"assessment_overall": 2}, "assessment_overall", "got a number"),
        ({"assessment_left": "4a"}, "assessment_left", "4A"),
        ({"report_status": None}, "report_status", "got null"),
        ({"report_status": ""}, "report_status", "one of registered"),
        ({"age_years": True}, "age_years", "a whole number from 0 to 150, or null; got true or false"),
        ({"age_years": -1}, "age_years", "from 0 to 150"),
        ({"age_years": 151}, "age_years", "from 0 to 150"),
        ({"age_years": 55.0}, "age_years", "a whole number"),
        ({"age_years": float("nan")}, "age_years", "a whole number"),
        ({"age_years": "55"}, "age_years", "got a text"),
        ({"bac_grade": 4}, "bac_grade", "from 0 to 3"),
        ({"deceased": 1}, "deceased", "true or false"),
        ({"deceased": None}, "deceased", "true or false"),
        ({"recommendation": "routine_screening"}, "recommendation", "a list of"),
        ({"recommendation": ["biopsy"]}, "recommendation", "tissue_diagnosis"),
        ({"recommendation": [["ultrasound"]]}, "recommendation", "a list of"),
        ({"recommended_interval": ""}, "recommended_interval", "ISO 8601"),
        ({"recommended_interval": "6 months"}, "recommended_interval", "P6M"),
        ({"recommended_interval": "-P6M"}, "recommended_interval", "positive"),
        ({"recommended_interval": "P0M"}, "recommended_interval", "positive"),
        ({"recommended_interval": "P6M\n"}, "recommended_interval", "ISO 8601"),
        ({"recommended_interval": "P1YT"}, "recommended_interval", "got a text"),
        ({"biopsy_deferred_reason": " "}, "biopsy_deferred_reason", "not blank"),
        ({"findings": None}, "findings", "a list of findings; got null"),
        ({"findings": {}}, "findings", "got an object"),
        ({"findings": ["F1"]}, "findings[0]", "an object; got a text"),
        ({"findings": [{"laterality": "L"}]}, "findings[0].laterality", "left, right, bilateral, missing"),
        ({"findings": [{}, {"shape": "round"}]}, "findings[1].shape", "morphology"),
        ({"findings": [{"guideline_profile": "nccn"}]}, "findings[0].guideline_profile", "finding_id"),
        ({"findings": [{"morphology": "punctate"}]}, "findings[0].morphology", "a list of texts"),
        ({"findings": [{"morphology": None}]}, "findings[0].morphology", "got null"),
        ({"findings": [{"morphology": [1]}]}, "findings[0].morphology", "a list of texts"),
        ({"findings": [{"distribution": None}]}, "findings[0].distribution", "a text; got null"),
        ({"findings": [{"stability_months": -6}]}, "findings[0].stability_months", "from 0 to"),
        ({"findings": [{"finding_id": ""}]}, "findings[0].finding_id", "F1, F2"),
        ({"findings": [{"finding_id": "F0"}]}, "findings[0].finding_id", "F1, F2"),
        ({"findings": [{"finding_id": "F"}]}, "findings[0].finding_id", "F1, F2"),
        ({"findings": [{}, {"finding_id": "F1"}]}, "findings[1].finding_id", "F1 is taken"),
        ({"findings": [{}] * (MAX_FINDINGS + 1)}, "findings", f"at most {MAX_FINDINGS}"),
        ([], None, "FACTS must be an object; got a list"),
        (None, None, "FACTS must be an object; got null"),
    ],
)
def test_a_refusal_names_the_member_and_what_is_allowed(inputs, member, allowed):
    """An unknown name, a wrong type or a wrong value is refused with its path and what may stand there."""
    blamed, text = refusal(inputs)
    assert blamed == member
    assert allowed in text


def test_a_refusal_never_repeats_the_value():
    """A value may be anything, a name included, so no refusal shows it."""
    assert "Jane" not in " ".join(map(str, refusal({"sex": "Jane Doe"})))


def test_unknown_morphology_and_distribution_are_kept_as_unmapped_codes():
    """Texts that the model does not know stay as they are: R-DQ-05 shows them raw."""
    facts, _ = parse_facts({"findings": [{"morphology": ["Punctate", "", "é"], "distribution": "starry"}]})
    assert facts.findings[0].morphology == ("Punctate", "", "é")
    assert facts.findings[0].distribution == "starry"


def test_findings_without_an_id_are_named_for_their_position():
    """The first finding without an id is F1, the second F2."""
    facts, _ = parse_facts({"findings": [{}, {}, {"finding_id": "F9"}]})
    assert [finding.finding_id for finding in facts.findings] == ["F1", "F2", "F9"]


def test_null_stands_where_section_2_allows_it():
    """A null category, recommendation, age and density are facts: nothing was coded."""
    facts, _ = parse_facts({"assessment_overall": None, "recommendation": None, "age_years": None})
    assert (facts.assessment_overall, facts.recommendation, facts.age_years) == (None, None, None)


def test_site_keys_are_handed_back_beside_the_facts():
    """The four keys of the site are no facts; they come back for the policy."""
    site = {"guideline_profile": "nccn", "bac_policy": "off", "switches": {"max_cards": 3}}
    assert parse_facts({**site, "sex": "male"}) == (Facts(sex="male"), site)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from(FACTS_MEMBERS), _JSON, max_size=4),
    st.lists(st.dictionaries(st.sampled_from(FINDING_MEMBERS), _JSON, max_size=4), max_size=2),
)
def test_any_json_is_read_or_refused(report, findings):
    """Whatever stands in the members, FACTS are read or refused with a member; no other error leaves."""
    try:
        answer, _ = parse_facts({**report, "findings": findings})
    except FactsError as refused:
        answer = refused
    assert isinstance(answer, Facts) or answer.member
