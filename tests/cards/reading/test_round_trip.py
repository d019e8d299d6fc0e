"""Facts written out in FHIR read back the same, whatever the shape and the order of things."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.facts import Finding
from tests.cards.reading.encoders import (
    CHANGE_IG,
    CHANGE_SCT,
    DISTRIBUTION_CDE,
    FEATURE_CDE,
    FINDING_ENCODERS,
    MORPHOLOGY_CDE,
    MORPHOLOGY_SCT,
    shape_a,
    shape_c,
)
from tests.cards.reading.report_builder import CATEGORY, reading

EXAMPLES = settings(max_examples=2000)
CATEGORIES = [name for name in CATEGORY if name != "0"]
SIDES = ("left", "right", "bilateral", "missing")
SEVERITY = list(MORPHOLOGY_CDE)


def _findings(
    morphologies: Sequence[str], changes: Sequence[str], features: Sequence[str], least: int
) -> st.SearchStrategy[list[Finding]]:
    one = st.builds(
        Finding,
        laterality=st.sampled_from(SIDES),
        morphology=st.sets(st.sampled_from(sorted(morphologies)), min_size=least, max_size=2).map(tuple),
        distribution=st.sampled_from([*DISTRIBUTION_CDE, "not_stated"]),
        change=st.sampled_from([*changes, "not_compared"]),
        associated_features=st.sets(st.sampled_from(sorted(features))).map(tuple)
        if features
        else st.just(()),
        assessment=st.none() | st.sampled_from(CATEGORIES),
    )
    return st.lists(one, max_size=3)


STRATEGIES = {
    "A": _findings(list(MORPHOLOGY_CDE), list(CHANGE_IG), list(FEATURE_CDE), 0),
    "B": _findings(list(MORPHOLOGY_SCT), list(CHANGE_SCT), (), 1),
    "E": _findings(list(MORPHOLOGY_CDE), list(CHANGE_IG), list(FEATURE_CDE), 0),
    "G": _findings(list(MORPHOLOGY_SCT), list(CHANGE_SCT), (), 1),
}


def _compared(finding: Finding) -> tuple[Any, ...]:
    return (
        finding.laterality,
        set(finding.morphology),
        finding.distribution,
        finding.change,
        set(finding.associated_features),
        finding.assessment,
        finding.is_known_cancer,
    )


@pytest.mark.parametrize("shape", sorted(FINDING_ENCODERS))
def test_findings_read_back_the_same(shape: str) -> None:
    """Sides, descriptors, change, features and own categories survive, in order."""

    @EXAMPLES
    @given(STRATEGIES[shape])
    def check(written: list[Finding]) -> None:
        read_back = reading(FINDING_ENCODERS[shape](written)).facts.findings
        expected = [(*_compared(one)[:6], one.assessment == "6") for one in written]
        assert [_compared(one) for one in read_back] == expected
        assert [one.finding_id for one in read_back] == [f"F{number + 1}" for number in range(len(written))]

    check()


@EXAMPLES
@given(*(st.none() | st.sampled_from(CATEGORIES) for _ in range(3)))
def test_categories_of_report_and_breasts_read_back_the_same(
    overall: str | None, left: str | None, right: str | None
) -> None:
    """Shape C: the three scopes are kept apart."""
    facts = reading(shape_c(overall, left, right)).facts
    assert (facts.assessment_overall, facts.assessment_left, facts.assessment_right) == (overall, left, right)
    assert facts.findings == ()


def _shuffled(value: Any, chance: random.Random, free: frozenset[str]) -> Any:
    """The same JSON with keys, and the lists whose order means nothing, in another order."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        result = {}
        for key in keys:
            inner = _shuffled(value[key], chance, free)
            if key in free and isinstance(inner, list):
                chance.shuffle(inner)
            result[key] = inner
        if chance.random() < 0.3:
            result[f"x{chance.randrange(9)}"] = chance.choice([1, "x", [{}], {"y": None}])
        return result
    if isinstance(value, list):
        return [_shuffled(one, chance, free) for one in value]
    return value


@EXAMPLES
@given(
    st.sampled_from(sorted(FINDING_ENCODERS)).flatmap(lambda s: st.tuples(st.just(s), STRATEGIES[s])),
    st.integers(),
)
def test_order_and_unknown_members_change_nothing(shaped: tuple[str, list[Finding]], seed: int) -> None:
    """Keys, codings, components and entries may come in any order, with members nobody knows."""
    shape, written = shaped
    resources = FINDING_ENCODERS[shape](written)
    chance = random.Random(seed)
    other = _shuffled(copy.deepcopy(resources), chance, frozenset(("coding", "component")))
    chance.shuffle(other)
    before, after = reading(resources), reading(other)
    assert (after.facts, after.sources.findings) == (before.facts, before.sources.findings)
    assert (after.incomplete, after.unreadable) == (before.incomplete, before.unreadable)


@EXAMPLES
@given(STRATEGIES["A"], st.data())
def test_an_unknown_code_never_makes_a_finding_look_more_benign(
    written: list[Finding], data: st.DataObject
) -> None:
    """What was read before still stands, or an unmapped code stands beside it."""
    resources = shape_a(written)
    components = [part for one in resources for part in one.get("component", ())]
    if not components:
        return
    part = data.draw(st.sampled_from(components))
    local = {"system": "http://example.org/local", "code": "L1"}
    place = data.draw(st.sampled_from(["beside", "instead", "further"]))
    before = reading(copy.deepcopy(resources)).facts.findings
    if place == "beside":
        part["valueCodeableConcept"]["coding"].append(local)
    elif place == "instead":
        part["valueCodeableConcept"]["coding"] = [local]
    else:
        holder = next(one for one in resources if any(own is part for own in one.get("component", ())))
        holder["component"].append({"code": part["code"], "valueCodeableConcept": {"coding": [local]}})
    after = reading(resources).facts.findings
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        raw = {"http://example.org/local|L1"}
        assert set(old.morphology) <= set(new.morphology) or raw <= set(new.morphology)
        assert new.distribution in (old.distribution, *raw)


@EXAMPLES
@given(
    st.sampled_from(sorted(FINDING_ENCODERS)).flatmap(lambda s: st.tuples(st.just(s), STRATEGIES[s])),
    st.data(),
)
def test_a_dropped_observation_never_turns_into_silence(
    shaped: tuple[str, list[Finding]], data: st.DataObject
) -> None:
    """Without one of the Observations the reading is incomplete, and says which did not come."""
    shape, written = shaped
    resources = FINDING_ENCODERS[shape](written)
    droppable = [one for one in resources if one["resourceType"] == "Observation"]
    if not droppable:
        return
    dropped = data.draw(st.sampled_from(droppable))
    found = reading([one for one in resources if one is not dropped])
    assert found.incomplete
    assert any(f"Observation/{dropped['id']}" in problem.text for problem in found.problems)
